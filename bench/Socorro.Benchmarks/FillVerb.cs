using System.Collections.Frozen;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Socorro.Benchmarks.Generated;
using Socorro.Crashes;
using Socorro.Engines.Embedded;

namespace Socorro.Benchmarks;

/// <summary>
/// Fills a data folder with processed crashes of the last ten days, each with a stack of 60 frames and without a dump, for a
/// server to search and reprocess: "fill FOLDER CRASHES".
/// </summary>
static class FillVerb
{
    const int Days = 10;
    const int Writers = 512;
    const int Report = 100_000;

    public static async Task RunAsync(ReadOnlyMemory<string> args)
    {
        if (args.Span is not [var folder, var count])
        {
            await Console.Error.WriteLineAsync("usage: fill FOLDER CRASHES");
            return;
        }

        await using var engines = await EmbeddedEngines.OpenAsync(folder, TimeProvider.System, NullLoggerFactory.Instance, default);
        var crashes = int.Parse(count, CultureInfo.InvariantCulture);
        var watch = Stopwatch.StartNew();
        var put = 0;
        await Parallel.ForAsync(0, crashes, new ParallelOptions { MaxDegreeOfParallelism = Writers }, async (number, cancel) =>
        {
            await PutAsync(engines, number, cancel);
            if (Interlocked.Increment(ref put) % Report == 0)
                Console.WriteLine($"{put} crashes, {put / watch.Elapsed.TotalSeconds:f0} a second");
        });
    }

    static async Task PutAsync(EmbeddedEngines engines, int number, CancellationToken cancel)
    {
        // Day by day, as crashes come.
        var submitted = DateTimeOffset.UtcNow.AddDays(-number % Days);
        var id = CrashId.Create(submitted);
        var raw = new RawCrash
        {
            Id = id,
            SubmittedAt = submitted,
            Annotations = new Dictionary<string, string> { ["ProductName"] = "Generated", ["Version"] = "1.0" }.ToFrozenDictionary(),
            Metadata = new() { Payload = "multipart", IsCompressed = false, PayloadSize = 1000 },
        };
        var report = GeneratedStack.ToJson(GeneratedStack.Make(number % 10_000, number % 10));
        var document = $$"""
            {"crash_id":"{{id}}","date_processed":"{{submitted:O}}","json_dump":{{report}},"product":"Generated","version":"1.0"}
            """;
        await engines.Store.PutRawAsync(raw, [], cancel);
        await engines.Store.PutProcessedAsync(new(id, Encoding.UTF8.GetBytes(document)), cancel);
        await engines.Store.ConfirmQueuedAsync([id], cancel);
    }
}
