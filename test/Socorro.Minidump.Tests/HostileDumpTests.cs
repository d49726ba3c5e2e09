using System.Diagnostics;
using Socorro.Minidumps.Output;

namespace Socorro.Minidumps.Tests;

/// <summary>Whatever the bytes, there is a report or a stated refusal, and soon.</summary>
public sealed class HostileDumpTests
{
    const int Flips = 60;
    const int FlippedBytes = 24;

    // The first dump compiles its symbols, and the machine may be busy; what hangs takes longer than this.
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);

    static IReadOnlyList<string> Dumps =>
        [.. Directory.GetFiles(SharedData.Path("dumps"), "*.dmp", SearchOption.AllDirectories).Order()];

    [Fact]
    public void Every_dump_gives_a_report_or_a_refusal() => Assert.All(Dumps, dump => Explain(File.ReadAllBytes(dump)));

    [Fact]
    public void Every_dump_that_is_cut_short_does() => Assert.All(Dumps, dump =>
    {
        var bytes = File.ReadAllBytes(dump);
        for (var length = bytes.Length - 1; length > 0; length -= Math.Max(4096, bytes.Length / 12))
            Explain(bytes.AsMemory(0, length));
        for (var length = 0; length < Math.Min(bytes.Length, 512); length += 37)
            Explain(bytes.AsMemory(0, length));
    });

    [Fact]
    public void Every_dump_with_flipped_bits_does()
    {
        var dumps = Dumps.Select(File.ReadAllBytes).Where(bytes => bytes.Length < 400_000).ToList();
        for (var seed = 0; seed < Flips; seed++)
        {
            var random = new Random(seed);
            var bytes = (byte[])dumps[random.Next(dumps.Count)].Clone();
            for (var i = 0; i < FlippedBytes && bytes.Length > 0; i++)
            {
                // Half of the flips go where the structures are.
                var position = random.Next(i % 2 == 0 ? bytes.Length : Math.Min(bytes.Length, 8192));
                bytes[position] ^= (byte)(1 << random.Next(8));
            }

            Explain(bytes);
        }
    }

    static void Explain(ReadOnlyMemory<byte> bytes)
    {
        var watch = Stopwatch.StartNew();
        if (Minidump.TryOpen(bytes, Limits.Default, out var dump, out var refusal))
        {
            var report = JsonReport.ToUtf8(
                StackWalker.Walk(dump, Walks.GetStore("symbols-linux", "breakpad/symbols"), WalkOptions.Default));
            Assert.False(report.IsEmpty);
        }
        else
        {
            Assert.NotEmpty(refusal.Message);
        }

        Assert.True(watch.Elapsed < Longest, $"took {watch.Elapsed}");
    }
}
