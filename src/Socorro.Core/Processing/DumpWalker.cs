using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Socorro.Minidumps;
using Socorro.Minidumps.Output;
using Socorro.Minidumps.Symbols;
using Socorro.Processing.Rules;

namespace Socorro.Processing;

/// <summary>Gets symbols that a walk wished it had into the walker's store.</summary>
/// <returns>Whether there are any that were not there before.</returns>
public delegate Task<bool> SymbolFetch(IReadOnlyList<ModuleKey> wanted, CancellationToken cancel);

/// <summary>
/// Walks minidumps. Whatever is in a dump, this ends in bounded time with a status: refused, cut short, or failed dumps leave
/// a crash without stacks, not a crash that can't be processed.
/// </summary>
public sealed partial class DumpWalker(
    SymbolStore symbols, SymbolFetch? fetch, Limits limits, ProcessingMetrics metrics, ILogger<DumpWalker> log)
{
    /// <summary>The status of a dump that ended the walker by an exception: a fault of ours.</summary>
    public const string Failed = "WalkFailed";

    static readonly JsonOptions Report = new() { MaxFrames = TruncatedStacksRule.MaxFrames };

    /// <summary>Each round, symbols may show frames of modules that nobody wanted before; few dumps need three.</summary>
    const int MaxRounds = 8;

    /// <summary>Far more than any known dump needs: a hostile one that finds a recursion must not end the process.</summary>
    const int StackSize = 16 * 1024 * 1024;

    /// <param name="client">What the client said beside the dump and the report repeats.</param>
    public async Task<DumpWalk> WalkAsync(
        string name, ReadOnlyMemory<byte> dump, ClientFacts client, CancellationToken cancel)
    {
        var start = Stopwatch.GetTimestamp();
        var walk = await WalkToEndAsync(name, dump, client, cancel);
        metrics.Walked(walk.Status, Stopwatch.GetElapsedTime(start));
        return walk;
    }

    async Task<DumpWalk> WalkToEndAsync(
        string name, ReadOnlyMemory<byte> bytes, ClientFacts client, CancellationToken cancel)
    {
        if (bytes.IsEmpty)
            return new() { Name = name, Status = DumpWalk.Empty, Problems = ["Shortcut for 0-bytes minidump."] };

        try
        {
            var (walk, wanted) = await RunAsync(() => Walk(name, bytes, client), cancel);
            for (var round = 1; round < MaxRounds && await FetchAsync(wanted, cancel); round++)
                (walk, wanted) = await RunAsync(() => Walk(name, bytes, client), cancel);

            return walk;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFailed(name, e);
            return new() { Name = name, Status = Failed, Problems = [e.GetType().Name] };
        }
    }

    async Task<bool> FetchAsync(IReadOnlyList<ModuleKey> wanted, CancellationToken cancel) =>
        fetch is not null && wanted.Count > 0 && await fetch(wanted, cancel);

    /// <summary>Walks with the symbols at hand, and says which were not.</summary>
    (DumpWalk Walk, IReadOnlyList<ModuleKey> Wanted) Walk(
        string name, ReadOnlyMemory<byte> bytes, ClientFacts client)
    {
        if (!Minidump.TryOpen(bytes, limits, out var dump, out var refusal))
            return (new() { Name = name, Status = refusal.Error, Problems = [refusal.Message] }, []);

        var state = StackWalker.Walk(dump, symbols, new() { Limits = limits }) with { Client = client };
        var json = JsonReport.ToUtf8(state, Report);
        var isReadable = LooseJson.TryParse(json, out var report);
        var walk = new DumpWalk
        {
            Name = name,
            Status = isReadable ? state.Status : Failed,
            Report = report,
            Annotations = dump.Annotations,
            Problems = [.. dump.Problems.Select(problem => problem.ToString())],
        };
        return (walk, state.Wanted);
    }

    /// <summary>Runs on a thread of its own with a large stack; one that is cancelled is left to its deadline.</summary>
    static Task<T> RunAsync<T>(Func<T> work, CancellationToken cancel)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(
            () =>
            {
                try
                {
                    result.SetResult(work());
                }
                catch (Exception e)
                {
                    result.SetException(e);
                }
            },
            StackSize)
        {
            IsBackground = true,
            Name = "stack walk",
        };
        thread.Start();
        return result.Task.WaitAsync(cancel);
    }

    [LoggerMessage(LogLevel.Error, "The stack walker failed at {Dump}")]
    partial void LogFailed(string dump, Exception e);
}
