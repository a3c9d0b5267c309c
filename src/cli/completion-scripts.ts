import type { CompletedCommand, CompletedFlag, Expected } from './completion.ts';

/** A text between single quotes, as the shells take it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** In fish, a quote within quotes has a backslash. */
function quotedForFish(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

const topLevel = (commands: readonly CompletedCommand[]): readonly CompletedCommand[] =>
  commands.filter(({ name }) => !name.includes(' '));

/** For bash from 3.2 on, with nothing of bash-completion. */
export function bashCompletion(commands: readonly CompletedCommand[]): string {
  const fill = ({ kind, words }: Expected): string => {
    const wanted = words.length > 0 ? `_rootsigma_words ${quoted(words.join(' '))}` : '';
    const places = kind === 'file' ? '_rootsigma_paths -f' : kind === 'folder' ? '_rootsigma_paths -d' : '';
    return [wanted, places].filter((part) => part !== '').join('; ') || ':';
  };
  const flagCase = (command: CompletedCommand): string =>
    command.flags
      .filter(({ value }) => value.kind !== 'nothing')
      .map(({ names, value }) => `        ${names.join('|')}) ${fill(value)}; return ;;`)
      .join('\n');
  const cases = commands.map(
    (command) => `    ${quoted(command.name)})
      case "$before" in
${flagCase(command)}
      esac
      if [[ $word == -* ]]; then _rootsigma_words ${quoted(command.flags.flatMap(({ names }) => names).join(' '))}
      else ${fill(command.argument)}; fi ;;`,
  );
  const groups = commands.filter(({ name }) => name.includes(' ')).map(({ name }) => quoted(name)); // prettier-ignore
  return `# bash completion of rootsigma: eval "$(rootsigma completion bash)", or in a file that bash reads.
_rootsigma_words() { local IFS=$' \\t\\n'; COMPREPLY+=($(compgen -W "$1" -- "$word")); }
_rootsigma_paths() {
  local IFS=$'\\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY+=($(compgen "$1" -- "$word"))
}
_rootsigma() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command='' each at
  COMPREPLY=()
  # --flag=value comes in three words.
  if [[ $word == = ]]; then word=''
  elif [[ $before == = ]]; then before=\${COMP_WORDS[COMP_CWORD-2]}; fi
  for ((at = 1; at < COMP_CWORD; at++)); do
    each=\${COMP_WORDS[at]}
    if [[ -z $command ]]; then
      [[ $each == -* ]] || command=$each
    else
      case "$command $each" in ${groups.join('|') || "''"}) command="$command $each" ;; esac
      break
    fi
  done
  case "$command" in
    '') _rootsigma_words ${quoted([...topLevel(commands).map(({ name }) => name), '--help', '--version'].join(' '))} ;;
${cases.join('\n')}
  esac
}
complete -F _rootsigma rootsigma
`;
}

/** For zsh: a function of compsys. */
export function zshCompletion(commands: readonly CompletedCommand[]): string {
  const text = (what: string): string => what.replace(/[\\[\]:'"`$]/g, ' ').replace(/\s+/g, ' ');
  const action = ({ kind, words }: Expected): string => {
    const places = kind === 'file' ? '_files' : kind === 'folder' ? '_files -/' : '';
    const list = words.length > 0 ? `(${words.join(' ')})` : '';
    if (places !== '' && list !== '') return `{_values value ${words.join(' ')}; ${places}}`;
    return list || places || ' ';
  };
  const specs = ({ names, what, value }: CompletedFlag): string[] =>
    names.map((name) => {
      const takes = value.kind === 'nothing' ? '' : name.startsWith('--') ? '=' : '';
      const after = value.kind === 'nothing' ? '' : `:value:${action(value)}`;
      return quoted(`*${name}${takes}[${text(what)}]${after}`);
    });
  const cases = commands.map(({ name, flags, argument }) => {
    const args = argument.kind === 'nothing' ? [] : [quoted(`*:argument:${action(argument)}`)];
    return `    ${quoted(name)}) _arguments ${[...flags.flatMap(specs), ...args].join(' ')} ;;`;
  });
  const groups = commands.filter(({ name }) => name.includes(' ')).map(({ name }) => quoted(name));
  return `#compdef rootsigma
# zsh completion of rootsigma: a file _rootsigma in a folder of $fpath, or: source <(rootsigma completion zsh) after compinit.
_rootsigma() {
  local command='' each
  local -i at drop=0
  for ((at = 2; at < CURRENT; at++)); do
    each=$words[at]
    if [[ -z $command ]]; then
      [[ $each == -* ]] || { command=$each; drop=$((at - 1)) }
    else
      case "$command $each" in ${groups.join('|') || "''"}) command="$command $each"; drop=$((at - 1)) ;; esac
      break
    fi
  done
  if [[ -z $command ]]; then
    local -a commands=(${topLevel(commands)
      .map(({ name, what }) => quoted(`${name}:${text(what)}`))
      .join(' ')})
    _describe command commands
    return
  fi
  shift $drop words
  (( CURRENT -= drop ))
  case $command in
${cases.join('\n')}
  esac
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _rootsigma "$@"; else compdef _rootsigma rootsigma; fi
`;
}

/** For fish: a line a flag. */
export function fishCompletion(commands: readonly CompletedCommand[]): string {
  const tops = topLevel(commands);
  const isOf = (name: string): string => {
    const [first = '', second] = name.split(' ');
    const inner = commands.filter((each) => each.name.startsWith(`${first} `)).map((each) => each.name.split(' ')[1]);
    const own = `__fish_seen_subcommand_from ${first}`;
    if (second !== undefined) return `${own}; and __fish_seen_subcommand_from ${second}`;
    return inner.length > 0 ? `${own}; and not __fish_seen_subcommand_from ${inner.join(' ')}` : own;
  };
  const values = ({ kind, words }: Expected): string => {
    const list = words.length > 0 ? ` -a ${quotedForFish(words.join(' '))}` : '';
    if (kind === 'file') return ` -rF${list}`;
    if (kind === 'folder') return ` -xa "(__fish_complete_directories)"${list}`;
    return ` -x${list}`;
  };
  const lines = commands.flatMap(({ name, flags, argument }) => {
    const when = `complete -c rootsigma -n ${quotedForFish(isOf(name))}`;
    const ofFlags = flags.map(({ names, what, value }) => {
      const spelled = names.map((each) => (each.startsWith('--') ? ` -l ${each.slice(2)}` : ` -s ${each.slice(1)}`)).join(''); // prettier-ignore
      return `${when}${spelled} -d ${quotedForFish(what)}${value.kind === 'nothing' ? '' : values(value)}`;
    });
    const list = argument.words.length > 0 ? [`${when} -a ${quotedForFish(argument.words.join(' '))}`] : [];
    const places =
      argument.kind === 'file' ? [`${when} -F`] : argument.kind === 'folder' ? [`${when} -a "(__fish_complete_directories)"`] : []; // prettier-ignore
    return [...ofFlags, ...list, ...places];
  });
  return `# fish completion of rootsigma: rootsigma completion fish > ~/.config/fish/completions/rootsigma.fish
complete -c rootsigma -f
${tops.map(({ name, what }) => `complete -c rootsigma -n __fish_use_subcommand -a ${name} -d ${quotedForFish(what)}`).join('\n')}
${lines.join('\n')}
`;
}
