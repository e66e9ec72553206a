using System.CommandLine;
using System.CommandLine.Completions;
using System.Globalization;
using System.Text;

namespace BrowserFarm.Cli;

/// <summary><c>farm completion bash|zsh|fish</c>: a script by which the shell completes commands, options and their words.</summary>
/// <remarks>Made of the command line itself, so that it cannot tell of what is not there; what has no closed set of words is completed as a file.</remarks>
internal static class CompletionCommand
{
    private static readonly string[] Shells = ["bash", "zsh", "fish"];

    public static Command Create(Command root)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish." }.AcceptOnlyFromAmong(Shells);
        var command = new Command("completion", "Writes a script for the shell's completion: source <(./farm completion bash)") { shell };
        command.SetAction(line =>
        {
            Console.Out.Write(line.GetRequiredValue(shell) switch
            {
                "fish" => Fish(root),
                "zsh" => $"autoload -U +X bashcompinit && bashcompinit\n{Bash(root)}",
                _ => Bash(root),
            });
            return ExitCode.Ok;
        });
        return command;
    }

    /// <summary>Functions of bash(1), "Programmable Completion".</summary>
    internal static string Bash(Command root)
    {
        var text = new StringBuilder("_farm_complete() {\n  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n  COMPREPLY=()\n");
        text.Append(CultureInfo.InvariantCulture, $"  if ((COMP_CWORD == 1)); then COMPREPLY=($(compgen -W '{string.Join(' ', Visible(root.Subcommands).Select(command => command.Name))}' -- \"$word\")); return; fi\n");
        text.Append("  case \"${COMP_WORDS[1]} $before\" in\n");
        foreach (var (command, option, words) in WithWords(root))
            text.Append(CultureInfo.InvariantCulture, $"    '{command.Name} {option.Name}') COMPREPLY=($(compgen -W '{string.Join(' ', words)}' -- \"$word\")); return ;;\n");
        text.Append("  esac\n  [[ $word == -* ]] || return\n  case ${COMP_WORDS[1]} in\n");
        foreach (var command in Visible(root.Subcommands))
            text.Append(CultureInfo.InvariantCulture, $"    {command.Name}) COMPREPLY=($(compgen -W '{string.Join(' ', OptionsOf(root, command).Select(option => option.Name))}' -- \"$word\")) ;;\n");
        return text.Append("  esac\n}\ncomplete -o default -F _farm_complete farm ./farm\n").ToString();
    }

    /// <summary>By <c>complete</c> of fish(1).</summary>
    internal static string Fish(Command root)
    {
        var text = new StringBuilder();
        foreach (var command in Visible(root.Subcommands))
        {
            text.Append(CultureInfo.InvariantCulture, $"complete -c farm -n __fish_use_subcommand -f -a {command.Name} -d {Quoted(command.Description)}\n");
            foreach (var option in OptionsOf(root, command).Where(option => option.Name.StartsWith("--", StringComparison.Ordinal)))
            {
                var words = WordsOf(option);
                text.Append(CultureInfo.InvariantCulture, $"complete -c farm -n '__fish_seen_subcommand_from {command.Name}' -l {option.Name[2..]} -d {Quoted(option.Description)}");
                text.Append(option.ValueType == typeof(bool) ? "\n" : words.Count > 0 ? $" -x -a '{string.Join(' ', words)}'\n" : " -r\n");
            }
        }

        return text.ToString();
    }

    private static IEnumerable<Command> Visible(IEnumerable<Command> commands) => commands.Where(command => !command.Hidden);

    private static IEnumerable<Option> OptionsOf(Command root, Command command) =>
        command.Options.Concat(root.Options.Where(option => option.Recursive)).Where(option => !option.Hidden && option.Name.StartsWith("--", StringComparison.Ordinal));

    private static IEnumerable<(Command Command, Option Option, IReadOnlyList<string> Words)> WithWords(Command root) =>
        from command in Visible(root.Subcommands)
        from option in OptionsOf(root, command)
        let words = WordsOf(option)
        where words.Count > 0
        select (command, option, words);

    private static IReadOnlyList<string> WordsOf(Option option) =>
        option.ValueType == typeof(bool) ? [] : [.. option.GetCompletions(CompletionContext.Empty).Select(item => item.Label).Where(word => !word.StartsWith('-'))];

    private static string Quoted(string? text) => $"'{(text ?? "").Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";
}
