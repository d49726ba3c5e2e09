using Microsoft.Extensions.Logging;
using Socorro.Files;
using Socorro.Storage;

namespace Socorro.Engines.Embedded;

/// <summary>
/// All engines of one machine, in one folder and without a server: <c>crashes/</c> with a file a day, <c>queue.db</c>,
/// <c>catalog.db</c>, and <c>running/</c> with a file for each process that uses them.
/// </summary>
public sealed class EmbeddedEngines : IAsyncDisposable
{
    EmbeddedEngines(CrashStore accepting, CrashStore? keeping, CrashQueue queue, Catalog catalog)
    {
        Accepting = accepting;
        Keeping = keeping;
        Store = keeping is null ? accepting : new SpooledCrashStore(accepting, keeping);
        Queue = queue;
        Catalog = catalog;
    }

    /// <summary>Where crashes are, whichever store that is.</summary>
    public CrashStore Store { get; }

    /// <summary>Takes crashes from clients, in the data folder.</summary>
    public CrashStore Accepting { get; }

    /// <summary>Where crashes are brought to, in another folder; null when they stay where they were accepted.</summary>
    public CrashStore? Keeping { get; }

    public CrashQueue Queue { get; }

    public Catalog Catalog { get; }

    /// <summary>Opens the folder, or makes a new one.</summary>
    /// <param name="dataFolder">Where everything lies.</param>
    /// <param name="storeFolder">Where crashes are to be kept, which may be away later; empty for the data folder.</param>
    /// <param name="time">The clock of all engines.</param>
    /// <param name="loggers">Where they complain.</param>
    /// <param name="cancel">Stops waiting.</param>
    /// <exception cref="StorageRefusedException">A folder or a file in it cannot be used.</exception>
    public static async Task<EmbeddedEngines> OpenAsync(
        string dataFolder, string storeFolder, TimeProvider time, ILoggerFactory loggers, CancellationToken cancel)
    {
        try
        {
            DirectorySync.Create(dataFolder);
            return await OpenAllAsync(dataFolder, storeFolder, time, loggers, cancel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageRefusedException($"{dataFolder} cannot be used: {e.Message}", e);
        }
    }

    /// <summary>Opens the folder, or makes a new one, and keeps crashes in it.</summary>
    /// <exception cref="StorageRefusedException">The folder or a file in it cannot be used.</exception>
    public static Task<EmbeddedEngines> OpenAsync(
        string dataFolder, TimeProvider time, ILoggerFactory loggers, CancellationToken cancel) =>
        OpenAsync(dataFolder, "", time, loggers, cancel);

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await Queue.DisposeAsync();
        await Catalog.DisposeAsync();
    }

    static async Task<EmbeddedEngines> OpenAllAsync(
        string dataFolder, string storeFolder, TimeProvider time, ILoggerFactory loggers, CancellationToken cancel)
    {
        if (storeFolder.Length == 0 && StoreMark.IsIn(dataFolder))
        {
            throw new StorageRefusedException(
                $"The crashes of {dataFolder} are kept in another folder, which --store has to name.");
        }

        var keeping = storeFolder.Length == 0 ? null : OpenMounted(Path.GetFullPath(storeFolder), dataFolder, time, loggers);

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
        return new(await store, keeping, await queue, await catalog);
    }

    static MountedCrashStore OpenMounted(string folder, string dataFolder, TimeProvider time, ILoggerFactory loggers) =>
        new(folder, StoreMark.Attach(folder, dataFolder), time, loggers.CreateLogger<SqliteCrashStore>());
}
