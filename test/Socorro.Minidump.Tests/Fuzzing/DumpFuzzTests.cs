using System.Buffers;
using Socorro.Minidumps.Output;
using Socorro.Minidumps.Output.Raw;
using Socorro.Minidumps.Symbols;

namespace Socorro.Minidumps.Tests.Fuzzing;

/// <summary>Damaged dumps: each gives its reports or a refusal, in little time and memory.</summary>
public sealed class DumpFuzzTests
{
    /// <summary>A report for people takes longer than all the rest, and has less to go wrong.</summary>
    const int HumanEvery = 8;

    static readonly byte[][] Whole = [.. FuzzMachine.All.Select(FuzzDump.Build), .. RealDumps()];

    static readonly byte[] Microdump = Microdumps.MicrodumpTests.Whole;

    // A new one for each report would cost more than the report.
    static readonly ArrayBufferWriter<byte> JsonBuffer = new(64 << 10);

    static readonly SymbolTable Symbols = FuzzDump.ReadSymbols();

    [Fact]
    public void Every_dump_is_whole_before_it_is_damaged() => Assert.All(FuzzMachine.All, machine =>
    {
        Assert.True(Minidump.TryOpen(FuzzDump.Build(machine), Limits.Default, out var dump, out _));
        var state = StackWalker.Walk(dump, Store(dump), WalkOptions.Default);

        Assert.Equal("OK", state.Status);
        Assert.NotNull(state.Reason);
        Assert.InRange(state.Threads[0].Stack.Frames.Count, machine.BigEndian ? 1 : 2, 20);
        Assert.Equal("App::run(char const*, int, std::map<int, int>)", state.Threads[0].Top!.Value.Location.Function);
    });

    [Fact]
    public void No_damage_to_a_dump_breaks_its_reports()
    {
        var inputs = 0;
        Fuzz.Repeat(
            random =>
            {
                var bytes = Damage.Of(Whole[random.Next(Whole.Length)], Whole[random.Next(Whole.Length)], random);
                Explain(bytes, withText: inputs++ % HumanEvery == 0);
            });
    }

    [Fact]
    public void No_damage_to_a_microdump_breaks_its_reports() => Fuzz.Repeat(random =>
        Explain(Damage.Of(Microdump, Microdump, random), withText: random.Next(HumanEvery) == 0));

    static void Explain(byte[] bytes, bool withText)
    {
        if (!Minidump.TryOpen(bytes, Limits.Default, out var dump, out var refusal))
        {
            Assert.NotEmpty(refusal.Message);
            return;
        }

        var state = StackWalker.Walk(dump, Store(dump), WalkOptions.Default);
        JsonBuffer.ResetWrittenCount();
        JsonReport.Write(state, JsonBuffer, JsonOptions.Default);
        Assert.Equal((byte)'}', JsonBuffer.WrittenSpan[^1]);
        if (!withText)
            return;

        HumanReport.Write(state, TextWriter.Null, new() { ListsInstructions = true, TellsWhy = true, RecoversArguments = true });
        RawListing.WriteText(dump, TextWriter.Null, isBrief: false);
    }

    // The program's symbols are there under whatever name the damage left it.
    static SymbolStore Store(Minidump dump)
    {
        var store = new SymbolStore([]);
        if (dump.Modules is [var program, ..])
            store.Add(StackWalker.KeyOf(program), Symbols);
        return store;
    }

    // What clients really wrote, where the conformance data is at hand.
    static IEnumerable<byte[]> RealDumps() =>
        ((string[])["breakpad/minidump2.dmp", "breakpad/linux_null_read_av.dmp", "rust-minidump/simple-crashpad.dmp"])
            .Select(name => SharedData.Find("dumps", name))
            .Where(File.Exists)
            .Select(File.ReadAllBytes);
}
