using Microsoft.Extensions.Logging;
using Socorro.Storage;

namespace Socorro.Engines.Embedded;

/// <summary>
/// All engines of one machine, in one folder and without a server: <c>crashes/</c> with a file a day, <c>queue.db</c>,
/// <c>catalog.db</c>, and <c>running/</c> with a file for each process that uses them.
/// </summary>
public sealed class EmbeddedEngines : IAsyncDisposable
{
    EmbeddedEngines(CrashStore store, CrashQueue queue, Catalog catalog)
    {
        Store = store;
        Queue = queue;
        Catalog = catalog;
    }

    public CrashStore Store { get; }

    public CrashQueue Queue { get; }

    public Catalog Catalog { get; }

    /// <summary>Opens the folder, or makes a new one.</summary>
    /// <exception cref="StorageRefusedException">The folder or a file in it cannot be used.</exception>
    public static async Task<EmbeddedEngines> OpenAsync(
        string dataFolder, TimeProvider time, ILoggerFactory loggers, CancellationToken cancel)
    {
        try
        {
            DirectorySync.Create(dataFolder);
            return await OpenAllAsync(dataFolder, time, loggers, cancel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageRefusedException($"{dataFolder} cannot be used: {e.Message}", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await Queue.DisposeAsync();
        await Catalog.DisposeAsync();
    }

    static async Task<EmbeddedEngines> OpenAllAsync(
        string dataFolder, TimeProvider time, ILoggerFactory loggers, CancellationToken cancel)
    {
        // The files have nothing to do with one another; on an empty folder each takes a while.
        var store = Task.Run(
            () => new SqliteCrashStore(
                Path.Combine(dataFolder, "crashes"), time, loggers.CreateLogger<SqliteCrashStore>()),
            cancel);
        var queue = Task.Run(
            () => SqliteCrashQueue.OpenAsync(
                Path.Combine(dataFolder, "queue.db"), Path.Combine(dataFolder, "running"), time, cancel),
            cancel);
        var catalog = Task.Run(() => new SqliteCatalog(Path.Combine(dataFolder, "catalog.db")), cancel);
        return new(await store, await queue, await catalog);
    }
}
