using System.Collections.Concurrent;

namespace Socorro.Processing.Plugins;

/// <summary>
/// A thread for work that may never end, and so is none for the pool's. It serves again when the work has ended; else it is left
/// to it. Starting one for each run would cost more than most rules do.
/// </summary>
sealed class SpareThread
{
    static readonly ConcurrentBag<SpareThread> Idle = [];

    readonly object _gate = new();
    (Action Work, TaskCompletionSource Ended)? _next;

    /// <summary>Begins the work at once; the task ends with it.</summary>
    public static Task Run(Action work)
    {
        if (!Idle.TryTake(out var spare))
            spare = Start();

        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (spare._gate)
        {
            spare._next = (work, ended);
            Monitor.Pulse(spare._gate);
        }

        return ended.Task;
    }

    static SpareThread Start()
    {
        var spare = new SpareThread();
        new Thread(spare.Loop) { IsBackground = true, Name = "plug-in" }.UnsafeStart();
        return spare;
    }

    void Loop()
    {
        // What one run sets for its thread, such as the culture, is gone for the next.
        var clean = ExecutionContext.Capture()!; // Nobody has suppressed its flow.
        while (true)
        {
            var (work, ended) = Take();
            Exception? failure = null;
            try
            {
                ExecutionContext.Run(clean, _ => work(), null);
            }
            catch (Exception e)
            {
                failure = e;
            }

            // Before whoever waits goes on, who may have the next work at once.
            Idle.Add(this);
            if (failure is null)
                ended.SetResult();
            else
                ended.SetException(failure);
        }
    }

    (Action Work, TaskCompletionSource Ended) Take()
    {
        lock (_gate)
        {
            while (true)
            {
                if (_next is { } next)
                {
                    _next = null;
                    return next;
                }

                Monitor.Wait(_gate);
            }
        }
    }
}
