using System.Text.Json;
using Socorro.Crashes;
using Socorro.Minidumps;
using Socorro.Storage;

namespace Socorro.Processing;

/// <summary>What became of a request to process a crash.</summary>
public enum ProcessingOutcome
{
    Processed,

    /// <summary>It had been processed before; only the catalog was told again.</summary>
    AlreadyProcessed,

    /// <summary>The store has no such raw crash.</summary>
    Missing,
}

/// <summary>Processes one crash: fetches it, walks its dumps, runs the rules, and stores the result before it returns.</summary>
public sealed class CrashProcessor(
    CrashStore store,
    Catalog catalog,
    DumpWalker walker,
    PipelineChoice pipelines,
    UndeclaredCounter undeclared,
    ProcessingMetrics metrics,
    TimeProvider time)
{
    /// <param name="id">The crash.</param>
    /// <param name="again">Whether to process it though it has been.</param>
    /// <param name="why">What for, in words for its history; null when nobody said.</param>
    /// <param name="cancel">Cancelling leaves the crash as it was, or processed.</param>
    /// <exception cref="StorageRefusedException">The result could not be kept, or the crash not be read.</exception>
    public async Task<ProcessingOutcome> ProcessAsync(CrashId id, bool again, string? why, CancellationToken cancel)
    {
        var previous = await store.FindProcessedAsync(id, cancel);
        if (previous is not null && !again)
        {
            // The process may have died between the two commits.
            await catalog.RecordAsync([Summary.Of(previous)], cancel);
            return ProcessingOutcome.AlreadyProcessed;
        }

        if (await store.FindRawAsync(id, cancel) is not { } raw)
            return ProcessingOutcome.Missing;

        var result = await MakeAsync(raw, previous, why, cancel);
        await store.PutProcessedAsync(result.Crash, cancel);
        await catalog.RecordAsync([result.Summary], cancel);
        if (previous is null)
        {
            metrics.Ingested(time.GetUtcNow() - raw.SubmittedAt);
            undeclared.Count(raw);
        }

        return ProcessingOutcome.Processed;
    }

    /// <summary>Makes the processed crash without storing it.</summary>
    public async Task<ProcessingResult> MakeAsync(
        RawCrash raw, ProcessedCrash? previous, string? why, CancellationToken cancel)
    {
        var started = time.GetUtcNow();
        var walks = new List<DumpWalk>();
        foreach (var dump in raw.Dumps.Where(IsMinidump).OrderBy(dump => dump.Name != CrashInput.MainDump))
        {
            var bytes = await store.FindDumpAsync(raw.Id, dump.Name, cancel)
                ?? throw new InvalidDataException($"Dump {dump.Name} of crash {raw.Id} is not in the store");
            walks.Add(await walker.WalkAsync(dump.Name, bytes, ClientFacts.Read(raw.Annotations), cancel));
        }

        var input = new CrashInput
        {
            Raw = raw,
            StartedAt = started,
            Why = why,
            Walks = walks,
            Previous = previous is null ? default : JsonElement.Parse(previous.Json.Span),
        };
        // Not before: clients of Crashpad name their product in the dump alone.
        var pipeline = pipelines.For(input);
        return pipeline.Run(input with { Attachments = await FindAttachmentsAsync(raw, pipeline.Ruleset, cancel) });
    }

    async Task<Dictionary<string, ReadOnlyMemory<byte>>> FindAttachmentsAsync(
        RawCrash raw, Ruleset ruleset, CancellationToken cancel)
    {
        var found = new Dictionary<string, ReadOnlyMemory<byte>>();
        var wanted = ruleset.Rules.SelectMany(rule => rule.Attachments).Distinct();
        foreach (var name in wanted.Intersect(raw.Dumps.Select(dump => dump.Name)))
        {
            if (await store.FindDumpAsync(raw.Id, name, cancel) is { } bytes)
                found.Add(name, bytes);
        }

        return found;
    }

    static bool IsMinidump(DumpEntry dump) => dump.Name.StartsWith(CrashInput.MainDump, StringComparison.Ordinal);
}
