using System.Runtime.CompilerServices;
using Socorro.Crashes;
using Socorro.Fields;
using Socorro.Search;
using Socorro.Storage;

namespace Socorro.Cli;

/// <summary>The crashes of a data folder for verbs that read them, with no server; opened when the first is asked for.</summary>
sealed class StoredCrashes(Options options) : IAsyncDisposable
{
    WebApplication? _app;

    public async Task<ProcessedCrash?> FindAsync(CrashId id, CancellationToken cancel) =>
        await (await OpenAsync(cancel)).GetRequiredService<CrashStore>().FindProcessedAsync(id, cancel);

    /// <summary>The processed crashes that a query wants, newest days first.</summary>
    /// <exception cref="VerbFailedException">The query is wrong.</exception>
    public async IAsyncEnumerable<ProcessedCrash> FindAsync(string query, [EnumeratorCancellation] CancellationToken cancel)
    {
        var services = await OpenAsync(cancel);
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        if (!CrashQuery.TryParse(query, services.GetRequiredService<FieldSet>(), now, out var wanted, out var errors))
            throw new VerbFailedException(string.Join('\n', errors), exitCode: 2);

        await foreach (var crash in new CrashScan(services.GetRequiredService<CrashStore>()).FindAsync(wanted, cancel))
        {
            if (crash.Processed is { } processed)
                yield return processed;
        }
    }

    public ValueTask DisposeAsync() => _app?.DisposeAsync() ?? ValueTask.CompletedTask;

    async Task<IServiceProvider> OpenAsync(CancellationToken cancel) =>
        (_app ??= await App.BuildAsync(options, cancel)).Services;
}
