using System.Reflection;
using System.Text;

namespace Socorro.Stackwalk;

/// <summary>What --help and --version print.</summary>
static class StackwalkHelp
{
    public static string Version { get; } = "minidump-stackwalk " + typeof(StackwalkHelp).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    public static string Write(string program)
    {
        var text = new StringBuilder();
        text.Append(
            $"""
            Explains minidumps: why the process crashed, and the stacks of its threads.

            Usage: {program} [FLAGS] DUMP [DUMP|SYMBOLS]...

              {program} crash.dmp                            read it yourself
              {program} crash.dmp symbols/                   with names of functions and lines
              {program} --json --symbols-path DIR *.dmp      for programs, a line of JSON each
              {program} --symbols-url https://symbols.example.org/ --symbols-cache DIR crash.dmp
              {program} --why crash.dmp symbols/             why functions have no names
              {program} --dump --brief crash.dmp             what is in the file, stream by stream

            A path after the first dump is one of symbols when it is a folder or ends in .sym, .sym.gz or
            .sy_; else it is another dump. Symbol folders are laid out as NAME.pdb/DEBUGID/NAME.sym. A log with a
            microdump of Breakpad is as good as a minidump.

            How to read it: the summary says why the process ended and at which address. The thread that crashed
            comes first, its innermost function on top. "Found by" says how far a frame is to be trusted: "given as
            instruction pointer in context" and "call frame info" are certain, "previous frame's frame pointer" nearly
            so, "stack scanning" is a guess that symbols of the module would make certain. A frame that is only
            "module + 0x1234" has no symbols: --why says where they were looked for.

            """);
        foreach (var (title, flags) in Flags.Groups)
        {
            text.Append($"\n{title}:\n");
            foreach (var flag in flags)
                WriteFlag(text, flag);
        }

        text.Append(
            """

            A dump that can't be read has a line "ERROR Name - text" in the log, and the others are explained all
            the same. --verbose=warn says what is odd in a dump, --verbose=debug where symbols were looked for.

            Exit code: 0, or 1 when a dump could not be read or flags contradict each other, or 2 when the
            arguments can't be read.

            """);
        return text.ToString();
    }

    static void WriteFlag(StringBuilder text, Flag flag)
    {
        const int Column = 28;
        var name = flag.Alias.Length > 0 ? $"{flag.Name}, {flag.Alias}" : flag.Name;
        var start = $"  {name}{(flag.Value is { } value ? $" {value}" : "")}";
        text.Append(start.Length < Column ? start.PadRight(Column) : $"{start}\n{new string(' ', Column)}");
        text.Append(flag.Help).Append('\n');
    }
}
