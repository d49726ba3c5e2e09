using System.Diagnostics;
using System.Globalization;

namespace Socorro.Minidumps.Tests.Fuzzing;

/// <summary>
/// Repeats a test with one seed after the other for SOCORRO_FUZZ_SECONDS, else a fraction of a second. Several processes
/// share a long run by different values of SOCORRO_FUZZ_SEED. What breaks says its seed, and how to see it again.
/// </summary>
static class Fuzz
{
    /// <summary>What an input may cost at most. A machine that is busy makes slow what is not; what hangs takes longer.</summary>
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    const long MostBytes = 256L << 20;

    /// <summary>However slow the machine, and though the first input waits for the compiler.</summary>
    const int Fewest = 100;

    static readonly double Seconds = Read("SOCORRO_FUZZ_SECONDS", 0.4);

    static readonly int FirstSeed = (int)Read("SOCORRO_FUZZ_SEED", 0);

    /// <param name="act">Throws when a promise is broken.</param>
    public static void Repeat(Action<Random> act)
    {
        var clock = Stopwatch.StartNew();
        var seed = FirstSeed;
        var (slowest, slowestSeed, largest) = (TimeSpan.Zero, seed, 0L);
        for (; clock.Elapsed.TotalSeconds < Seconds || seed - FirstSeed < Fewest; seed++)
        {
            var (began, allocated) = (clock.Elapsed, GC.GetAllocatedBytesForCurrentThread());
            try
            {
                act(new(seed));
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed} (SOCORRO_FUZZ_SEED={seed} begins with it)", e);
            }

            largest = Math.Max(largest, GC.GetAllocatedBytesForCurrentThread() - allocated);
            if (clock.Elapsed - began > slowest)
                (slowest, slowestSeed) = (clock.Elapsed - began, seed);
        }

        var inputs = seed - FirstSeed;
        var report = string.Create(
            CultureInfo.InvariantCulture,
            $"{TestContext.Current.TestMethod?.MethodName}: {inputs} inputs in {clock.Elapsed.TotalSeconds:0.0} s, "
            + $"{inputs / clock.Elapsed.TotalSeconds:0} a second, the slowest {slowest.TotalMilliseconds:0.0} ms "
            + $"(seed {slowestSeed}), the largest {largest / 1024} KiB");
        TestContext.Current.SendDiagnosticMessage(report);
        TestContext.Current.TestOutputHelper?.WriteLine(report);
        Assert.True(slowest < Longest, report);
        Assert.True(largest < MostBytes, report);
    }

    static double Read(string variable, double otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
            ? double.Parse(text, CultureInfo.InvariantCulture)
            : otherwise;
}
