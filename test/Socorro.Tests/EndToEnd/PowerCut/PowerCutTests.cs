using System.Globalization;
using Socorro.Tests.Storage;

namespace Socorro.Tests.EndToEnd.PowerCut;

/// <summary>
/// Cuts the power under a server at random instants under load: afterwards its folders hold what it has synced, and of the
/// rest nothing, anything or all. SOCORRO_POWER_CUTS says how often (3 unless it is set); docs/reliability.md tells how it
/// is done, and of long runs.
/// </summary>
public sealed class PowerCutTests(ITestOutputHelper output) : IDisposable
{
    const int LargestDump = 20_000;

    /// <summary>Data is compared, and begun anew, after so many cuts: the disk is in memory when it is cut.</summary>
    const int CutsInATrial = 20;

    static readonly int Cuts =
        int.Parse(Environment.GetEnvironmentVariable("SOCORRO_POWER_CUTS") ?? "3", CultureInfo.InvariantCulture);

    readonly TemporaryFolder _folder = new();
    int _syncs;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_acknowledged_crash_outlives_the_loss_of_power_and_is_processed_once()
    {
        var shim = await PowerCutShim.BuildAsync(_folder, Cancel);
        for (var cuts = 0; cuts < Cuts; cuts += CutsInATrial)
        {
            var disk = _folder.Of($"disk-{cuts}");
            using var trial = new AcceptanceTrial(disk, hasStore: cuts / CutsInATrial % 2 == 0, LargestDump);
            for (var cut = cuts; cut < Math.Min(Cuts, cuts + CutsInATrial); cut++)
                await CutAsync(trial, disk, shim, cut);

            await trial.AssertNothingIsLostAsync();
            output.WriteLine(trial.Figures);
        }

        Assert.True(_syncs > 10 * Cuts, $"only {_syncs} syncs were seen");
    }

    async Task CutAsync(AcceptanceTrial trial, string folder, string shim, int number)
    {
        var before = _folder.Of("before");
        var log = _folder.Of("log");
        Copy(folder, before);
        File.Delete(log);
        await using (var server = await trial.StartAsync(
            ("LD_PRELOAD", shim), ("POWERCUT_ROOT", folder), ("POWERCUT_LOG", log)))
        {
            await trial.SubmitUntilKilledAsync(server, isWarm: number % 4 != 3);
        }

        var disk = new PowerCutDisk((Unsynced)(number % 3), new Random(Random.Shared.Next()));
        disk.Load(before, folder);
        disk.Replay(log);
        disk.Cut(folder);
        _syncs += disk.Syncs;
        Directory.Delete(before, recursive: true);
    }

    static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var folder in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories))
            Directory.CreateDirectory(to + folder[from.Length..]);
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
            File.Copy(file, to + file[from.Length..]);
    }
}
