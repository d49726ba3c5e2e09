using Socorro.Minidumps.Cpu;

namespace Socorro.Minidumps.Unwinding;

/// <summary>
/// Walks the stacks of a dump's threads, several at a time. What comes out is what one walker finds that takes them one after
/// the other, unless time runs out.
/// </summary>
sealed class ThreadWalks(Context?[] contexts, int[] order, int maxTotalFrames)
{
    /// <summary>With fewer threads for each, a second walker is not worth its start.</summary>
    const int ThreadsForWalker = 8;

    readonly CallStack[] _stacks = new CallStack[contexts.Length];
    int _next = -1;
    int _doneFrames;
    volatile bool _isOverLimit;

    /// <summary>Whether a limit on all threads together cut a walk short.</summary>
    public bool IsOverLimit => _isOverLimit;

    /// <summary>The stack of each thread; an empty one where there is no context.</summary>
    /// <param name="maxWalkers">How many threads may be walked at a time.</param>
    /// <param name="createWalker">Walkers share nothing that changes.</param>
    public CallStack[] Run(int maxWalkers, Func<ThreadWalker> createWalker)
    {
        var walkers = Math.Clamp(contexts.Length / ThreadsForWalker, 1, Math.Max(1, maxWalkers));
        Workers.Run(walkers, _ => WalkOn(createWalker));
        HoldToLimit();
        return _stacks;
    }

    void WalkOn(Func<ThreadWalker> createWalker)
    {
        ThreadWalker? walker = null;
        int place;
        while ((place = Interlocked.Increment(ref _next)) < order.Length)
        {
            // Whatever is done comes earlier in the order; what is under way is settled at the end.
            var left = Math.Max(0, maxTotalFrames - Volatile.Read(ref _doneFrames));
            var stack = contexts[order[place]] is { Registers: var registers } context
                ? (walker ??= createWalker()).Walk(in registers, left, context.ShadowStackPointer)
                : CallStack.Empty;
            _stacks[order[place]] = stack;
            Interlocked.Add(ref _doneFrames, stack.Span.Length);
        }

        if (walker is { IsOverLimit: true })
            _isOverLimit = true;
    }

    /// <summary>Cuts what was walked beyond the limit because earlier walks were still under way.</summary>
    void HoldToLimit()
    {
        var left = maxTotalFrames;
        foreach (var thread in order)
        {
            var stack = _stacks[thread];
            if (stack.Span.Length > left)
            {
                _stacks[thread] = stack.CutAfter(left);
                _isOverLimit = true;
            }

            left -= _stacks[thread].Span.Length;
        }
    }
}
