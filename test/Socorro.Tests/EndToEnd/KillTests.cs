using System.Globalization;

namespace Socorro.Tests.EndToEnd;

/// <summary>
/// Kills the server, which collects, moves and processes, at random instants under load. SOCORRO_KILLS says how often each
/// test does (3 unless it is set); docs/reliability.md tells of long runs.
/// </summary>
public sealed class KillTests(ITestOutputHelper output)
{
    const int LargestDump = 200_000;

    static readonly int Kills =
        int.Parse(Environment.GetEnvironmentVariable("SOCORRO_KILLS") ?? "3", CultureInfo.InvariantCulture);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_acknowledged_crash_outlives_kills_and_is_processed_once(bool hasStore)
    {
        using var trial = NewTrial(hasStore);
        for (var kill = 0; kill < Kills; kill++)
        {
            // Every third kill may come before the server has answered anything.
            await using var server = await trial.StartAsync();
            await trial.SubmitUntilKilledAsync(server, isWarm: kill % 3 != 2);
        }

        await trial.AssertNothingIsLostAsync();
        output.WriteLine(trial.Figures);
    }

    [Fact]
    public async Task Two_servers_share_a_data_folder_and_one_finishes_what_the_other_died_over()
    {
        using var trial = NewTrial(hasStore: false);
        await using (var survivor = await trial.StartAsync())
        {
            await using var dying = await trial.StartAsync();
            await trial.SubmitUntilKilledAsync(dying, isWarm: true);
            await trial.SubmitUntilKilledAsync(survivor, isWarm: true);
        }

        await trial.AssertNothingIsLostAsync();
    }

    static AcceptanceTrial NewTrial(bool hasStore) =>
        new(Directory.CreateTempSubdirectory("socorro-test-").FullName, hasStore, LargestDump);
}
