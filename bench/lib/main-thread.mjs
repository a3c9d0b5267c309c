// What a page's main thread does, frame by frame, from Chromium's trace. Processor time is of the thread alone, so that it says what
// the page costs even where the machine has other work; wall time is what a person waits.
const categories = [
  'devtools.timeline',
  'disabled-by-default-devtools.timeline',
  'v8',
  'blink',
  'cc',
  'benchmark',
  '__metadata',
];
const task = 'RunTask';
const frame = 'ProxyMain::BeginMainFrame';
/** Script with whatever it makes the browser compute at once; canvases drawn where there is no GPU; garbage collection outside of script. */
const kinds = {
  script: new Set(['FunctionCall', 'FireAnimationFrame', 'EvaluateScript', 'RunMicrotasks', 'v8.callFunction', 'EventDispatch', 'MajorGC', 'MinorGC']),
  layout: new Set(['UpdateLayoutTree', 'Layout', 'PrePaint', 'Paint', 'Layerize']),
  canvases: new Set(['LayerTreeHost::DoUpdateLayers']),
}; // prettier-ignore

/** Traces the browser while `work` runs. */
export async function traced(browser, work) {
  const session = await browser.newBrowserCDPSession();
  const events = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...value));
  const isComplete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { recordMode: 'recordAsMuchAsPossible', includedCategories: categories, excludedCategories: ['*'] },
  });
  await work();
  await session.send('Tracing.end');
  await isComplete;
  await session.detach();
  return events;
}

/**
 * For each frame what the page's main thread did since the one before: milliseconds of wall and of processor time, the latter by kind, and
 * for each task its wall and processor time.
 */
export function mainThread(events) {
  const mains = new Set(events.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain').map(place)); // prettier-ignore
  const spans = events.filter((event) => event.ph === 'X' && mains.has(place(event)));
  // The page's, of those that the browser keeps beside it, is the one with frames.
  const counts = new Map();
  for (const event of spans) if (event.name === frame) counts.set(place(event), (counts.get(place(event)) ?? 0) + 1);
  const [[main] = []] = [...counts].sort(([, a], [, b]) => b - a);
  if (main === undefined) throw new Error('The trace has no frames.');
  const own = spans.filter((event) => place(event) === main).sort((a, b) => a.ts - b.ts || b.dur - a.dur);
  const tasks = [];
  for (const event of own) {
    const { name, ts, dur, tdur = 0 } = event;
    if (name === task) {
      tasks.push({ start: ts, end: ts + dur, wall: dur / 1000, processor: tdur / 1000, isFrame: false, kinds: { script: 0, layout: 0, canvases: 0 }, until: ts }); // prettier-ignore
      continue;
    }
    const within = tasks.at(-1);
    if (!within || ts >= within.end) continue;
    if (name === frame) within.isFrame = true;
    const kind = Object.keys(kinds).find((each) => kinds[each].has(name));
    // The outermost counts: what is within it is in it.
    if (kind === undefined || ts < within.until) continue;
    within.until = ts + dur;
    within.kinds[kind] += tdur / 1000;
  }
  const frames = [];
  let sums = { wall: 0, processor: 0, script: 0, layout: 0, canvases: 0 };
  for (const { wall, processor, isFrame, kinds: of, end } of tasks) {
    sums.wall += wall;
    sums.processor += processor;
    for (const kind of Object.keys(of)) sums[kind] += of[kind];
    if (!isFrame) continue;
    frames.push({ ...sums, end: end / 1000 });
    sums = { wall: 0, processor: 0, script: 0, layout: 0, canvases: 0 };
  }
  return { frames, tasks: tasks.map(({ wall, processor }) => ({ wall, processor })) };
}

const place = ({ pid, tid }) => `${pid} ${tid}`;
