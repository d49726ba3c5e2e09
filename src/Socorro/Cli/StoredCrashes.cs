using System.Runtime.CompilerServices;
using Socorro.Crashes;
using Socorro.Regrouping;

namespace Socorro.Cli;

/// <summary>The stacks of a data folder for verbs that read them, with no server; opened when the first is asked for.</summary>
sealed class StoredCrashes(Options options) : IAsyncDisposable
{
    WebApplication? _app;

    public async Task<StoredStack?> FindAsync(CrashId id, CancellationToken cancel) =>
        await (await OpenAsync(cancel)).FindAsync(id, cancel);

    /// <summary>The processed crashes that a query wants, newest days first.</summary>
    /// <exception cref="VerbFailedException">The query is wrong, or there is no data folder.</exception>
    public async IAsyncEnumerable<StoredStack> FindAsync(string query, [EnumeratorCancellation] CancellationToken cancel)
    {
        var stacks = await OpenAsync(cancel);
        if (!stacks.TryRead(query, out var wanted, out var errors))
            throw new VerbFailedException(string.Join('\n', errors), exitCode: 2);

        await foreach (var stack in stacks.FindAsync(wanted, cancel))
            yield return stack;
    }

    public ValueTask DisposeAsync() => _app?.DisposeAsync() ?? ValueTask.CompletedTask;

    async Task<StoredStacks> OpenAsync(CancellationToken cancel)
    {
        // Whoever only reads makes no folder where he mistook the name of one.
        if (!Directory.Exists(options.Data))
            throw new VerbFailedException($"there is no data folder {options.Data}; name the server's with --data or SOCORRO_DATA", exitCode: 2);

        _app ??= await App.BuildAsync(options, cancel);
        return _app.Services.GetRequiredService<StoredStacks>();
    }
}
