using Socorro.Minidumps.Streams;

namespace Socorro.Minidumps.Risks;

/// <summary>How likely it is that a crash is a hole in the program's security. The scale is Breakpad's.</summary>
public enum RiskRating
{
    /// <summary>Nothing points to one.</summary>
    None,

    /// <summary>Worth a look.</summary>
    Interesting,

    /// <summary>Hardly.</summary>
    Low,

    /// <summary>Perhaps.</summary>
    Medium,

    /// <summary>Likely.</summary>
    High,
}

/// <summary>
/// What a crash tells of how safely its program deals with memory: facts, and what they would come to by Breakpad's rules. The
/// rating is a hint for which crash to read first; nobody should take a crash for harmless because of it.
/// </summary>
/// <param name="Rating">Null for systems that Breakpad does not rate.</param>
public sealed record CrashRisk(IReadOnlyList<RiskFact> Facts, RiskRating? Rating)
{
    const int Interesting = 25;
    const int Low = 50;
    const int Medium = 80;
    const int High = 100;

    /// <summary>Looks at a crash that has been walked; null when there was none, or nothing is known of its registers.</summary>
    public static CrashRisk? Assess(ProcessState state)
    {
        if (state is not { Reason: not null, Analysis: not null, CrashingThread: { } thread }
            || state.Dump.Exception is not { } exception
            || state.Threads[thread].Stack.Frames is [])
        {
            return null;
        }

        var facts = RiskFacts.Find(state, state.Threads[thread], exception);
        return new(facts, state.Dump.Os switch
        {
            OsKind.Windows => RateByWeight(facts),
            OsKind.Linux or OsKind.Android => RateBySignal(facts, exception.Code),
            _ => null,
        });
    }

    static RiskRating RateByWeight(IReadOnlyList<RiskFact> facts) => facts.Sum(fact => fact.Weight) switch
    {
        >= High => RiskRating.High,
        >= Medium => RiskRating.Medium,
        >= Low => RiskRating.Low,
        >= Interesting => RiskRating.Interesting,
        _ => RiskRating.None,
    };

    // Stopped by a check of the stack, the program raises a signal that is harmless otherwise.
    static RiskRating RateBySignal(IReadOnlyList<RiskFact> facts, uint signal)
    {
        const uint illegal = 4, bus = 7, segmentation = 11, coprocessor = 16;
        if (facts.Contains(RiskFact.StackCheckFailed))
            return RiskRating.High;
        if (signal is not (illegal or bus or segmentation or coprocessor))
            return RiskRating.None;

        return facts.Any(fact => fact.IsStrong) ? RiskRating.High : RiskRating.Interesting;
    }
}
