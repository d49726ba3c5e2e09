namespace Socorro.Minidumps.Symbols.Stores;

/// <summary>Work in the background, one piece after the other so that it leaves processors to the walks.</summary>
sealed class Compilations
{
    readonly Lock _gate = new();
    readonly TaskCompletionSource _start = new();
    volatile Task _last;
    volatile bool _isUsed;

    /// <summary>Whether all work that was added is done.</summary>
    public bool IsDone => !_isUsed || _last.IsCompleted;

    /// <param name="beginsAtOnce">Or only when somebody waits for its end.</param>
    public Compilations(bool beginsAtOnce)
    {
        _last = _start.Task;
        if (beginsAtOnce)
            _start.SetResult();
    }

    public void Add(Action work)
    {
        _isUsed = true;
        lock (_gate)
            _last = _last.ContinueWith(_ => work(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    /// <summary>Completes when all work that was added is done.</summary>
    public Task FinishAsync(CancellationToken cancel)
    {
        _start.TrySetResult();
        lock (_gate)
            return _last.WaitAsync(cancel);
    }
}
