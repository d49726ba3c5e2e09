namespace Socorro.Minidumps.Unwinding;

/// <summary>
/// The processor's own list of return addresses, where control-flow enforcement (CET) was on and the dump has its memory. A
/// program can't write to it, so what stands there is true; but it tells nothing of where frames are.
/// </summary>
sealed class ShadowStack
{
    /// <summary>Calls that may lie between a frame and the one that was found for its caller.</summary>
    const int MaxSkipped = 64;

    /// <summary>
    /// Set in what the system itself puts there when a signal comes or stacks are switched.
    /// </summary>
    const ulong Token = 1UL << 63;

    readonly WalkContext _walk;
    ulong _next;

    /// <param name="pointer">Where the newest return address is; null when not known.</param>
    public ShadowStack(WalkContext walk, ulong? pointer)
    {
        _walk = walk;
        _next = pointer ?? 0;
        SkipTokens();
    }

    /// <summary>Whether the next return address is known.</summary>
    public bool IsKnown { get; private set; }

    /// <summary>The return address of the frame that the walk is at.</summary>
    public ulong Expected { get; private set; }

    /// <summary>Goes on to the frame that a return address leads to; false, and all is as before, when it is not among the next.</summary>
    public bool TryPass(ulong pc)
    {
        var (next, expected) = (_next, Expected);
        for (var i = 0; i < MaxSkipped && IsKnown; i++)
        {
            var isHere = Expected == pc;
            _next += (uint)_walk.Cpu.PointerSize;
            SkipTokens();
            if (isHere)
                return true;
        }

        (_next, Expected, IsKnown) = (next, expected, true);
        return false;
    }

    /// <summary>The walk went where this list does not lead, as after a longjmp or on another fiber: it is of no more use.</summary>
    public void Lose() => IsKnown = false;

    void SkipTokens()
    {
        var word = 0UL;
        for (var i = 0; i < MaxSkipped; i++)
        {
            IsKnown = _next != 0 && _walk.TryReadWord(_next, out word);
            if (!IsKnown || word != 0 && (word & Token) == 0)
                break;
            _next += (uint)_walk.Cpu.PointerSize;
        }

        Expected = word;
    }
}
