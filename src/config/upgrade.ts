/** The names of v1's flat entries of the model, by the part whose options they are now. */
const movedEntries = {
  posterior: ['root', 'rank'],
  likelihood: ['stddev', 'classes'],
  network: ['channels', 'normalization', 'dropout', 'hidden', 'activation'],
} as const;

/**
 * A configuration of layout 1, in which the model was flat, as one of layout 2. Anything else stays what it is: what is wrong
 * about it is for the schema to say.
 */
export function upgraded(config: unknown): unknown {
  if (!isObject(config) || config.schemaVersion !== 1) return config;
  const { model, ...rest } = config;
  return { ...rest, schemaVersion: 2, ...('model' in config && { model: isObject(model) ? nested(model) : model }) };
}

function nested(flat: Readonly<Record<string, unknown>>): object {
  const model: Record<string, unknown> = { network: 'dense', ...flat, prior: { name: 'standard-normal' } };
  delete model.preset;
  for (const [kind, names] of Object.entries(movedEntries)) {
    const options = Object.fromEntries(names.filter((name) => name in model).map((name) => [name, model[name]]));
    for (const name of names) Reflect.deleteProperty(model, name);
    // Networks that code gave had entries that said nothing.
    model[kind] = { name: model[kind], ...(model[kind] !== 'custom' && options) };
  }
  return model;
}

/** The path of an entry in layout 2, by its path in layout 1. */
export function upgradedPath(path: string): string {
  for (const [kind, names] of Object.entries(movedEntries)) {
    if (path === `model.${kind}`) return `${path}.name`;
    const name = names.find((each) => path === `model.${each}`);
    if (name !== undefined) return `model.${kind}.${name}`;
  }
  return path;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
