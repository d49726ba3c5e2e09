using System.Diagnostics;
using System.Globalization;
using Socorro.Minidumps.Output;
using Socorro.Minidumps.Symbols;

namespace Socorro.Minidumps.Tests;

/// <summary>
/// Whatever the bytes, there is a report or a stated refusal, soon and in little memory. A sample in each check; with
/// SOCORRO_HOSTILE_DUMPS=all every dump is cut at each 4 KiB and flipped by 1,000 seeds, and what it costs is told.
/// </summary>
public sealed class HostileDumpTests
{
    const int Flips = 60;
    const int AllFlips = 1000;
    const int FlippedBytes = 24;
    const int Page = 4096;
    const long MostBytes = 256L << 20;

    static readonly bool IsWhole = Environment.GetEnvironmentVariable("SOCORRO_HOSTILE_DUMPS") == "all";

    // In a check, the first dump compiles its symbols, and the machine may be busy; what hangs takes longer than this.
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(IsWhole ? 1 : 15);

    // Of the modules that hostile dumps name the store would remember more than they cost.
    readonly SymbolStore _symbols = new(new SymbolStoreOptions
    {
        Roots = [SharedData.Find("dumps", "symbols-linux"), SharedData.Find("dumps", "breakpad", "symbols")],
        MaxRemembered = 1000,
    });

    readonly Costs _costs = new();

    static IReadOnlyList<string> Dumps =>
        [.. Directory.GetFiles(SharedData.Path("dumps"), "*.dmp", SearchOption.AllDirectories).Order()];

    [Fact]
    public void Every_dump_gives_a_report_or_a_refusal()
    {
        foreach (var dump in Dumps)
            Explain(dump, File.ReadAllBytes(dump));

        Assert.True(_costs.Largest < MostBytes, Tell());
    }

    [Fact]
    public void Every_dump_that_is_cut_short_does()
    {
        Warm();
        foreach (var dump in Dumps)
        {
            var bytes = File.ReadAllBytes(dump);
            for (var length = bytes.Length - 1; length > 0; length -= IsWhole ? Page : Math.Max(Page, bytes.Length / 12))
                Explain($"{dump} cut at {length}", bytes.AsMemory(0, length));
            for (var length = bytes.Length / Page * Page; IsWhole && length > 0; length -= Page)
                Explain($"{dump} cut at {length}", bytes.AsMemory(0, length));
            for (var length = 0; length < Math.Min(bytes.Length, 512); length += IsWhole ? 1 : 37)
                Explain($"{dump} cut at {length}", bytes.AsMemory(0, length));
        }

        Assert.True(_costs.Largest < MostBytes, Tell());
    }

    [Fact]
    public void Every_dump_with_flipped_bits_does()
    {
        Warm();
        var dumps = Dumps.Select(dump => (Name: dump, Bytes: File.ReadAllBytes(dump))).ToList();
        if (IsWhole)
        {
            foreach (var dump in dumps)
            {
                for (var seed = 0; seed < AllFlips; seed++)
                    Explain($"{dump.Name} flipped by seed {seed}", Flip(dump.Bytes, new(seed)));
            }
        }

        for (var seed = 0; seed < Flips && !IsWhole; seed++)
        {
            var random = new Random(seed);
            var (name, bytes) = dumps[random.Next(dumps.Count)];
            Explain($"{name} flipped by seed {seed}", Flip(bytes, random));
        }

        Assert.True(_costs.Largest < MostBytes, Tell());
    }

    static byte[] Flip(byte[] dump, Random random)
    {
        var bytes = (byte[])dump.Clone();
        for (var i = 0; i < FlippedBytes; i++)
        {
            // Half of the flips go where the structures are.
            var position = random.Next(i % 2 == 0 ? bytes.Length : Math.Min(bytes.Length, 8192));
            bytes[position] ^= (byte)(1 << random.Next(8));
        }

        return bytes;
    }

    // The compiler's time, and that of reading symbols, is not the input's.
    void Warm()
    {
        if (!IsWhole)
            return;

        foreach (var dump in Dumps)
            Explain(dump, File.ReadAllBytes(dump), isCounted: false);
    }

    void Explain(string name, ReadOnlyMemory<byte> bytes, bool isCounted = true)
    {
        var (began, allocated) = (Time(), GC.GetAllocatedBytesForCurrentThread());
        try
        {
            Report(bytes);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException(name, e);
        }

        if (!isCounted)
            return;

        var took = Time() - began;
        _costs.Add(name, took, GC.GetAllocatedBytesForCurrentThread() - allocated);
        Assert.True(took < Longest, $"{name} took {took}");
    }

    // The processor's time, where the test is alone in its process: that does not depend on what else the machine does.
    static TimeSpan Time() => IsWhole ? Environment.CpuUsage.TotalTime : Stopwatch.GetElapsedTime(0);

    void Report(ReadOnlyMemory<byte> bytes)
    {
        if (Minidump.TryOpen(bytes, Limits.Default, out var dump, out var refusal))
        {
            Assert.False(JsonReport.ToUtf8(StackWalker.Walk(dump, _symbols, WalkOptions.Default)).IsEmpty);
        }
        else
        {
            Assert.NotEmpty(refusal.Message);
        }
    }

    string Tell()
    {
        var process = Process.GetCurrentProcess();
        var report = $"{TestContext.Current.TestMethod?.MethodName}: {_costs}, the process at most {process.PeakWorkingSet64 >> 20} MiB";
        TestContext.Current.SendDiagnosticMessage(report);
        return report;
    }

    /// <summary>How many inputs there were, and the dearest of them.</summary>
    sealed class Costs
    {
        readonly Stopwatch _clock = Stopwatch.StartNew();
        int _inputs;
        TimeSpan _slowest;
        string _slowestName = "";
        string _largestName = "";

        /// <summary>Bytes that one input made the reader allocate, which is never less than it held at a time.</summary>
        public long Largest { get; private set; }

        public void Add(string name, TimeSpan time, long bytes)
        {
            _inputs++;
            if (time > _slowest)
                (_slowest, _slowestName) = (time, name);
            if (bytes > Largest)
                (Largest, _largestName) = (bytes, name);
        }

        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture,
            $"{_inputs} inputs in {_clock.Elapsed.TotalSeconds:0} s, the slowest {_slowest.TotalMilliseconds:0} ms ({_slowestName}), "
            + $"the largest {Largest >> 20} MiB ({_largestName})");
    }
}
