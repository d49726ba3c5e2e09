namespace Socorro.Minidumps.Symbols.Stores;

/// <summary>Work in the background, one piece after the other so that it leaves processors to the walks.</summary>
sealed class Compilations
{
    readonly Lock _gate = new();
    Task _last = Task.CompletedTask;

    public void Add(Action work)
    {
        lock (_gate)
            _last = _last.ContinueWith(_ => work(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    /// <summary>Completes when all work that was added is done.</summary>
    public Task FinishAsync(CancellationToken cancel)
    {
        lock (_gate)
            return _last.WaitAsync(cancel);
    }
}
