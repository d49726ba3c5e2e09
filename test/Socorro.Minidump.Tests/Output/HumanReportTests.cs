using System.Text.Json.Nodes;
using Socorro.Minidumps.Output;

namespace Socorro.Minidumps.Tests.Output;

public sealed class HumanReportTests
{
    /// <summary>Lines of the peer that ours leaves out: how they begin, and why.</summary>
    static readonly (string Beginning, string Reason)[] Deviations =
    [
        ("Stream 0x47670006", "is read"),
        ("Stream 0x47670008", "is read"),
        ("Stream 0x4767000a", "is read"),
    ];

    // __tmainCRTStartup saved these registers and changed them: what they were in its caller is not known.
    const string Changed = """
        ebp = 0x0012fff0    ebx = 0x7c80abc1
             esi = 0x00000002    edi = 0x00000a28
        """;

    const string Unknown = "ebp = 0x0012fff0";

    [Theory]
    [InlineData("human.lines.json", "rust-minidump/test.dmp", "", false)]
    [InlineData("human-brief.lines.json", "rust-minidump/test.dmp", "", true)]
    [InlineData("human-symbols.lines.json", "rust-minidump/test.dmp", "rust-minidump/symbols", false)]
    public void Equals_the_text_of_minidump_stackwalk(string file, string dump, string symbols, bool isBrief)
    {
        var state = Walks.Walk(dump, symbols.Length == 0 ? [] : [symbols]);

        var expected = ReadExpected(file).Replace(Changed, Unknown, StringComparison.Ordinal);
        Assert.Equal(expected, Write(state, new() { IsBrief = isBrief }).TrimEnd('\n'));
    }

    [Fact]
    public void Equals_the_text_of_minidump_stackwalk_on_linux()
    {
        var state = Walks.Walk("rust-minidump/linux-mini.dmp");

        // The peer's stack goes on where the program was entered, and takes pointers to its entry for return addresses.
        var expected = ReadExpected("linux_human.lines.json").Split("\nThread 0")[0];
        Assert.Equal(expected, Write(state, HumanOptions.Default).Split("\nThread 0")[0]);
        Assert.EndsWith(
            ReadExpected("linux_human.lines.json").Split("Soft errors")[1],
            Write(state, HumanOptions.Default).TrimEnd('\n'));
    }

    [Fact]
    public void Names_the_modules_that_once_were_at_an_address()
    {
        var test = JsonNode.Parse(File.ReadAllText(SharedData.Path("cases", "stackwalk", "synth", "dumps.json")))!
            .AsArray().Single(test => (string)test!["test"]! == "cli.unloaded")!;
        var text = Write(Walks.Walk(Convert.FromBase64String((string)test["dump_base64"]!)), HumanOptions.Default);

        var expected = ReadExpected("human-unloaded.lines.json")
            .Replace("0x0x000000", "0x00000000", StringComparison.Ordinal)
            .Replace(new string('\0', 12) + " ", "", StringComparison.Ordinal);
        var withoutNote = text.Replace("    (the stack's memory is not in the dump from here on)\n", "", StringComparison.Ordinal);
        Assert.Equal(expected, withoutNote.TrimEnd('\n'));
    }

    [Fact]
    public void Shows_inlined_calls_as_frames()
    {
        var text = Write(
            Walks.Walk("rust-minidump/pipeline-inlines-macos-segv.dmp", "rust-minidump/symbols"), HumanOptions.Default);

        Assert.Contains(" 0  crash-client!core::ptr::write_volatile::<u8> [mod.rs : 1574]\n    Found by: inlining\n", text);
        Assert.Contains(" 1  crash-client!sadness_generator::raise_segfault [lib.rs : 133]\n", text);
    }

    [Fact]
    public void Colours_the_reason_and_the_functions_on_a_terminal()
    {
        var text = Write(
            Walks.Walk("rust-minidump/test.dmp", "rust-minidump/symbols"), new() { IsColored = true, IsBrief = true });

        Assert.Contains("Crash reason:  \e[1;31mEXCEPTION_ACCESS_VIOLATION_WRITE\e[0m\n", text);
        Assert.Contains("test_app.exe!\e[1mmain\e[0m\e[36m [test_app.cc : 65 + 0x4]\e[0m\n", text);
    }

    [Fact]
    public void Fits_a_screen_on_demand()
    {
        var text = Write(Walks.Walk("linux-amd64/threads.dmp", "symbols-linux"), new() { IsCompact = true });

        Assert.Contains("Crashing instruction: `mov rax, qword [rdi]`\n    reads 8 bytes at 0x0000000000000008\n", text);
        Assert.Contains("     rip = 0x0000559bc937a7b0\n 1  crasher!app::detail::Chain<long, 1>::walk(long volatile*, std::string const&) [crasher.cpp", text);
        Assert.Contains("\nThread 1  - tid: 22368\n    and 23 like it: 2–24\n 0  libc.so.6!__libc_pause [pause.c : 29 + 0x0]\n 1  ", text);
        Assert.EndsWith("""

            Modules of these stacks (3 of 8):
            0x559bc9375000 - 0x559bc938bfff  crasher  ???  (main)
            0x7f0580a1e000 - 0x7f0580b99fff  libc.so.6  ???
            0x7f0580c00000 - 0x7f0580d99fff  libstdc++.so.6  ???

            """.ReplaceLineEndings("\n"), text);
        Assert.DoesNotContain("Found by", text);
    }

    [Fact]
    public void A_screen_has_the_ends_of_a_long_stack_and_tells_guesses_and_missing_symbols()
    {
        var text = Write(Walks.Walk("linux-amd64/deep900.dmp", "symbols-linux"), new() { IsCompact = true });
        var guessed = Write(Walks.Walk("rust-minidump/test.dmp"), new() { IsCompact = true });

        Assert.Matches(@"\n\d+  crasher![^\n]*\n    … \d{3} frames more, which --human shows\n\d+  ", text);
        Assert.InRange(text.Split('\n').Length, 60, 110);
        Assert.Contains(" 1  test_app.exe + 0x41ff  (frame pointer)\n", guessed);
        Assert.Contains("  test_app.exe  ???  (main)  no symbols\n", guessed);
        Assert.EndsWith("--why tells where they were looked for.\n", guessed);
    }

    [Fact]
    public void Takes_control_characters_out_of_what_a_dump_says() =>
        Assert.Equal("a\ufffd[31mb", HumanText.Clean("a\e[31mb"));

    static string Write(ProcessState state, HumanOptions options)
    {
        using var output = new StringWriter();
        HumanReport.Write(state, output, options);
        return output.ToString();
    }

    static string ReadExpected(string file)
    {
        var snapshot = JsonNode.Parse(File.ReadAllText(SharedData.Path("cases", "stackwalk", "snapshots", file)))!;
        var lines = snapshot["lines"]!.AsArray().Select(line => (string)line!);
        return string.Join('\n', lines.Where(line =>
            !Deviations.Any(deviation => line.StartsWith(deviation.Beginning, StringComparison.Ordinal))));
    }
}
