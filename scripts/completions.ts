/** Completion for bash(1) and zsh(1), made from the tables of options. */
import { type Command, HELP, type Option, type Program, VERSION } from "../daemon/cli/program.ts";

/** For /usr/share/bash-completion/completions/; needs nothing of bash-completion itself. */
export function bashCompletion(program: Program): string {
  const { name, commands } = program;
  const all = [...generalOptions(program), ...commands.flatMap(({ options }) => options)];
  const taking = (completion: "file" | "directory") => [
    ...new Set(all.filter(({ value }) => value?.completion === completion).map(long)),
  ];
  const valued = [...taking("file"), ...taking("directory")].join("|");
  const offers = commands.map((command) => `    ${command.name}) words=${bashWords(program, command)} ;;`);
  return `# bash completion for ${name}, made by scripts/build-completion.ts
_${name}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} command= words i
  if [[ $cur == = ]]; then cur=; fi
  if [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD - 2]}; fi
  COMPREPLY=()
  case $prev in
    ${taking("file").join("|")})
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$cur")
      return ;;
    ${taking("directory").join("|")})
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -d -- "$cur")
      return ;;
  esac
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      ${valued}) [[ \${COMP_WORDS[i + 1]} == = ]] && ((i++)); ((i++)) ;;
      -*) ;;
      *) command=\${COMP_WORDS[i]}; break ;;
    esac
  done
  case $command in
${offers.join("\n")}${offers.length > 0 ? "\n" : ""}    *) words='${[...generalOptions(program).map(long), ...commands.map((each) => each.name)].join(" ")}' ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -F _${name} ${name}
`;
}

function bashWords(program: Program, command: Command): string {
  const options = optionsOf(program, command).map(long).join(" ");
  if (command.operand === undefined) return `'${options}'`;
  return `"${options} $(${program.name} ${command.name} 2>/dev/null)"`;
}

/** For /usr/share/zsh/vendor-completions/. */
export function zshCompletion(program: Program): string {
  const { name, commands } = program;
  const general = generalOptions(program).map(zshOption);
  if (commands.length === 0) return `#compdef ${name}\n_arguments \\\n  ${general.join(" \\\n  ")}\n`;
  const offers = commands.map(
    (command) =>
      `        ${command.name}) _arguments \\\n          ${[...optionsOf(program, command).map(zshOption), ...zshOperand(program, command)].join(" \\\n          ")} ;;`,
  );
  return `#compdef ${name}
# Made by scripts/build-completion.ts.
_${name}() {
  local curcontext=$curcontext state line
  typeset -A opt_args
  _arguments -C \\
    ${general.join(" \\\n    ")} \\
    '1: :->command' \\
    '*:: :->argument'
  case $state in
    command)
      local -a commands=(
        ${commands.map((command) => quote(`${command.name}:${plain(command.summary)}`)).join("\n        ")}
      )
      _describe command commands ;;
    argument)
      case $line[1] in
${offers.join("\n")}
      esac ;;
  esac
}
_${name} "$@"
`;
}

function zshOperand(program: Program, { name, operand }: Command): string[] {
  if (operand === undefined) return [];
  return [quote(`:${operand.name}:{compadd -- $\{(f)"$(${program.name} ${name} 2>/dev/null)"}}`)];
}

function generalOptions(program: Program): Option[] {
  return [...program.options, HELP, VERSION];
}

function optionsOf(program: Program, command: Command): Option[] {
  return [...command.options, ...program.options, HELP];
}

function long({ name }: Option): string {
  return `--${name}`;
}

/** An optspec of _arguments, see zshcompsys(1). */
function zshOption({ name, value, doc }: Option): string {
  const said = plain(doc).replace(/[[\]\\:]/g, "\\$&");
  const action = { file: "_files", directory: "_files -/" };
  return quote(
    value === undefined
      ? `--${name}[${said}]`
      : `--${name}=[${said}]:${value.name}:${action[value.completion]}`,
  );
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function plain(text: string): string {
  return text.replaceAll("`", "");
}
