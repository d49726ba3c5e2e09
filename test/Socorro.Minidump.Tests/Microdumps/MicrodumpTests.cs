using System.Text;
using System.Text.Json.Nodes;
using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Microdumps;
using Socorro.Minidumps.Output;
using Socorro.Minidumps.Streams;
using Socorro.Minidumps.Unwinding;

namespace Socorro.Minidumps.Tests.Microdumps;

public sealed class MicrodumpTests
{
    const string Small = """
        noise of another process
        F/google-breakpad( 77): -----BEGIN BREAKPAD MICRODUMP-----
        F/google-breakpad( 77): V My App: beta:1.2.3
        F/google-breakpad( 77): O L x86_64 10 x86_64 6.1.0 #1 SMP
        F/google-breakpad( 77): P renderer
        F/google-breakpad( 77): R 0000000B SIGSEGV 0000000000000010
        F/google-breakpad( 77): G 4.6|NVIDIA|RTX
        F/google-breakpad( 77): H 1000 F000 0003 2000 3000 0C:1
        F/google-breakpad( 78): M 0 0 1000 000000000000000000000000000000000 of_another_process
        F/google-breakpad( 77): S 0 20000010 20000000 00002000
        F/google-breakpad( 77): S 20000000 0011223344556677
        F/google-breakpad( 77): S 20000008 8899
        F/google-breakpad( 77): S 20000100 AABB
        F/google-breakpad( 77): C CONTEXT
        F/google-breakpad( 77): M 400000 0 10000 00112233445566778899AABBCCDDEEFF0 a name with blanks.so
        F/google-breakpad( 77): -----END BREAKPAD MICRODUMP-----
        """;

    [Theory]
    [InlineData("arm")]
    [InlineData("arm64")]
    public void Equals_the_report_of_breakpad(string cpu)
    {
        var expected = ReadExpected($"microdump-{cpu}.human.json");
        var state = Walks.Walk($"breakpad/microdump-{cpu}.dmp", "breakpad/symbols/microdump");

        var stack = state.Threads.Single().Stack;
        var frames = expected["threads"]![0]!["frames"]!.AsArray();
        Assert.Equal(
            frames.Select(frame => $"{frame!["text"]} {frame["trust"]}"),
            stack.Frames.Take(frames.Count).Select(frame => Describe(state, frame)));
        for (var i = 0; i < frames.Count; i++)
        {
            var registers = stack.GetRegisters(i);
            if (IsThumbCaller(state.Dump.Cpu, stack.Frames[i].Trust))
                registers.Set(15, registers[15] | 1);
            AssertRegisters(frames[i]!["registers"]!.AsObject(), state.Dump.Cpu, registers);
        }


        var modules = expected["modules"]!.AsArray().Select(line => ((string)line!).Split("  (WARNING")[0]).ToList();
        var text = Write(state);
        Assert.Contains("Loaded modules:\n" + string.Join('\n', modules).Replace("?  (main)", "?", StringComparison.Ordinal), Unmarked(text));
        foreach (var line in expected["head"]!.AsArray().Select(line => (string)line!).Where(IsSame))
            Assert.Contains(line, text.Split('\n'));

        // Where Breakpad ends for want of rules for libc, there is one more: where the program was entered.
        Assert.Equal([cpu == "arm64" ? "frame_pointer" : "scan"], stack.Frames.Skip(frames.Count).Select(frame => frame.Trust.Word));

        // These clients did not write why; where Breakpad prints nothing and the address 0, we say that it is not known.
        static bool IsSame(string line) => !line.StartsWith("Crash", StringComparison.Ordinal);
        Assert.Contains("Crash reason:  unknown\n", text);
    }

    [Theory]
    [InlineData("x86", CpuKind.X86, 124, "unknown", "asus/WW_Z00A/Z00A:5.0/LRX21V/2.19.40.22_20150627_5104_user:user/release-keys")]
    [InlineData("mips32", CpuKind.Mips, 7, "unknown", "3.0.8-g893bf16 #7 SMP PREEMPT Fri Jul 10 15:20:59 PDT 2015")]
    [InlineData("mips64", CpuKind.Mips64, 8, "unknown", "3.10.0-gf185e20 #112 PREEMPT Mon Oct 5 11:12:49 PDT 2015")]
    [InlineData("multiple", CpuKind.Arm, 156, "unknown", "lge/p1_tmo_us/p1:6.0/MRA58K/1603210524c8d:user/release-keys")]
    [InlineData("withcrashreason", CpuKind.Arm, 203, "SIGTRAP", "Nokia/TA-1025_00WW/PLE:7.1.1/NMF26F/00WW_3_32C:user/release-keys")]
    public void Reads_the_microdumps_of_other_machines(string name, CpuKind cpu, int modules, string reason, string version)
    {
        var state = Walks.Walk($"breakpad/microdump-{name}.dmp", "breakpad/symbols/microdump");

        Assert.Empty(state.Dump.Problems);
        Assert.Equal((cpu, OsKind.Android), (state.Dump.Cpu, state.Dump.Os));
        Assert.Equal(version, state.Dump.SystemInfo!.OsVersion);
        Assert.Equal(modules, state.Modules.Count);
        Assert.Equal(reason, state.Reason!.Text);
        Assert.Equal("OK", state.Status);
        Assert.True(state.Threads.Single().Top!.Value.Location.Module >= 0);
        Assert.InRange(state.Threads[0].Stack.Frames.Count, 2, 100);
    }

    [Fact]
    public void Reads_every_field()
    {
        var dump = Open(Small);
        var facts = dump.Microdump!;

        Assert.Empty(dump.Problems);
        Assert.Equal((77u, "My App: beta", "1.2.3", "renderer"), (facts.ProcessId, facts.Product, facts.ProductVersion, facts.ProcessType));
        Assert.Equal(new GraphicsProcessor("4.6", "NVIDIA", "RTX"), facts.Gpu);
        Assert.Equal(new FreeAddressSpace(0x1000, 0xf000, 3, 0x2000, 0x3000), facts.FreeSpace);
        Assert.Equal(("6.1.0 #1 SMP", "x86_64", 16), (dump.SystemInfo!.OsVersion, dump.SystemInfo.Machine, dump.SystemInfo.ProcessorCount));
        Assert.Equal((OsKind.Linux, CpuKind.Amd64, 77u), (dump.Os, dump.Cpu, dump.ProcessId));
        Assert.Equal(0x400008UL, dump.Threads.Single().Context!.InstructionPointer);
        Assert.Equal((0x20000000UL, 10, 77u), (dump.Threads[0].Stack.Address, dump.Threads[0].Stack.Bytes.Length, dump.Threads[0].Id));
        Assert.False(dump.Memory.TryFind(0x20000050, out _));
        Assert.True(dump.Memory.TryFind(0x20000101, out _));
        var module = dump.Modules.Single();
        Assert.Equal(("a name with blanks.so", "00112233445566778899AABBCCDDEEFF0", 0x10000u), (module.Name, module.DebugId, module.Size));
        Assert.Equal(module.Name, module.DebugFile);
    }

    [Fact]
    public void Tells_the_reason_and_its_address()
    {
        var state = Walks.Walk(Bytes(Small));
        var report = JsonNode.Parse(JsonReport.ToUtf8(state).Span)!;

        Assert.Equal(("SIGSEGV", 0x10UL), (state.Reason!.Text, state.Reason.Address));
        Assert.Equal("microdump", (string?)report["source"]);
        Assert.Equal("RTX", (string?)report["gpu"]!["renderer"]);
        Assert.Equal("My App: beta", (string?)report["microdump"]!["product"]);
        Assert.Equal(0, (int)report["crash_info"]!["crashing_thread"]!);
    }

    [Fact]
    public void Says_that_another_process_sent_the_signal()
    {
        var state = Walks.Walk(Bytes(Small.Replace("0000000B SIGSEGV 0000000000000010", "6 SIGABRT 000003E8000012AB", StringComparison.Ordinal)));

        Assert.Equal((null, 0x12abu, 1000u), (state.Reason!.Address, state.Reason.Sender!.Value.ProcessId, state.Reason.Sender.Value.UserId));
    }

    [Theory]
    [InlineData("F/google-breakpad( 77): ", "\r\n")]
    [InlineData("02-23 15:49:14.700    77   79 F google-breakpad: ", "\n")]
    [InlineData("", "\n")]
    [InlineData("", "\r\n")]
    public void Knows_how_logs_mark_their_lines(string mark, string lineEnd)
    {
        var lines = Small.Split('\n').Where(line => !line.Contains("( 78)", StringComparison.Ordinal));
        var text = string.Join(lineEnd, lines).Replace("F/google-breakpad( 77): ", mark, StringComparison.Ordinal);
        var dump = Open(text);

        Assert.Empty(dump.Problems);
        Assert.Equal(mark.Contains("79", StringComparison.Ordinal) ? 79u : mark.Length > 0 ? 77u : 0, dump.Threads.Single().Id);
        Assert.Single(dump.Modules);
    }

    [Fact]
    public void Takes_the_first_that_comes_to_its_end()
    {
        var cut = Small.Split("F/google-breakpad( 77): M")[0].Replace("( 77)", "( 70)", StringComparison.Ordinal);

        Assert.Equal(77u, Open(cut + Small).ProcessId);
        var dump = Open(cut);
        Assert.Equal(70u, dump.ProcessId);
        Assert.Equal("The microdump has no end", Assert.Single(dump.Problems).ToString());
    }

    [Fact]
    public void Finds_no_end_in_little_time_however_many_begin()
    {
        var begin = "F/google-breakpad( 1): -----BEGIN BREAKPAD MICRODUMP-----\nF/google-breakpad( 1): Q\n";
        var text = string.Concat(Enumerable.Range(1, 100_000).Select(i => begin.Replace("( 1)", $"({i})", StringComparison.Ordinal)));
        var clock = System.Diagnostics.Stopwatch.StartNew();

        Assert.Equal(2, Open(text).Problems.Count);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"took {clock.Elapsed}");
    }

    [Theory]
    [InlineData("O L vax 1 vax 1.0", "is of the unknown processor vax")]
    [InlineData("S 20000200 0G", "has a line that can't be read: S 20000200 0G")]
    [InlineData("S FFFFFFFFFFFFFFFF AABB", "has a line that can't be read: S FFFFFFFFFFFFFFFF AABB")]
    [InlineData("M 1 2 0 0 x", "has a line that can't be read: M 1 2 0 0 x")]
    [InlineData("M FFFFFFFFFFFFFFFF 0 2 0 x", "has a line that can't be read: M FFFFFFFFFFFFFFFF 0 2 0 x")]
    [InlineData("Q", "has a line that can't be read: Q")]
    [InlineData("C 00", "has a context of 1 bytes, which is none of Amd64")]
    public void Goes_on_behind_a_line_that_is_wrong(string line, string problem)
    {
        var dump = Open(Small.Replace("F/google-breakpad( 77): M", $"F/google-breakpad( 77): {line}\nF/google-breakpad( 77): M", StringComparison.Ordinal));

        Assert.Equal(problem, Assert.Single(dump.Problems).What);
        Assert.Single(dump.Modules);
    }

    [Fact]
    public void Refuses_a_text_without_one()
    {
        Assert.False(Microdump.TryOpen("a log"u8.ToArray(), Limits.Default, out _, out var refusal));
        Assert.Equal("HeaderMismatch", refusal.Error);
        Assert.False(Microdump.IsIn("MDMP -----BEGIN BREAKPAD MICRODUMP-----"u8));
    }

    static Minidump Open(string text)
    {
        Assert.True(Minidump.TryOpen(Bytes(text), Limits.Default, out var dump, out _));
        return dump;
    }

    internal static byte[] Bytes(string text)
    {
        var context = new Layout(false).Zeros(1232).Put(48, 0x10000f, 4).Put(248, 0x400008, 8).Put(152, 0x20000000, 8).ToArray();
        return Encoding.UTF8.GetBytes(text.Replace("CONTEXT", Convert.ToHexString(context), StringComparison.Ordinal));
    }

    internal static byte[] Whole => Bytes(Small);

    static void AssertRegisters(JsonObject expected, CpuKind cpu, Registers registers)
    {
        var names = CpuTraits.Find(cpu)!.RegisterNames;
        foreach (var (name, value) in expected)
            Assert.Equal($"{name} {value}", $"{name} 0x{registers[names.ToList().IndexOf(name)].ToString(((string)value!).Length == 10 ? "x8" : "x16")}");
    }

    // Breakpad counts the bit of a return address that says Thumb as part of the offset; we take it off.
    static string Describe(ProcessState state, Frame frame)
    {
        var thumb = IsThumbCaller(state.Dump.Cpu, frame.Trust) ? 1u : 0;
        var location = frame.Location;
        var module = state.Modules[location.Module].Module.LeafName;
        if (location.Function is null)
            return $"{module} + 0x{location.ModuleOffset + thumb:x} {frame.Trust.Word}";

        var file = location.File!.Split('/')[^1];
        return $"{module}!{location.Function} [{file} : {location.Line} + 0x{frame.Instruction + thumb - location.LineBase:x}] {frame.Trust.Word}";
    }

    static bool IsThumbCaller(CpuKind cpu, FrameTrust trust) => cpu == CpuKind.Arm && trust != FrameTrust.Context;

    static string Unmarked(string text) => text.Replace("?  (main)", "?", StringComparison.Ordinal);

    static string Write(ProcessState state)
    {
        using var output = new StringWriter();
        HumanReport.Write(state, output, HumanOptions.Default);
        return output.ToString();
    }

    static JsonNode ReadExpected(string file) =>
        JsonNode.Parse(File.ReadAllText(SharedData.Path("cases", "stackwalk", "breakpad-out", file)))!["expect"]!;
}
