using Socorro.Conditions;

namespace Socorro.Throttling;

/// <summary>How a throttle comes to its decision about one submission, with every outcome that chance allows.</summary>
/// <param name="Steps">The rules in order, up to the last one that may be asked.</param>
/// <param name="Outcomes">Each with how many in a hundred get it; together they are all.</param>
public sealed record ThrottleExplanation(
    IReadOnlyList<ThrottleExplanation.Step> Steps, IReadOnlyList<ThrottleDecision> Outcomes)
{
    /// <param name="Rule">A rule that was asked.</param>
    /// <param name="Decides">Whether its condition holds.</param>
    /// <param name="Why">In the terms of the submission.</param>
    public sealed record Step(ThrottleRule Rule, bool Decides, string Why);

    public static ThrottleExplanation Of(Throttle throttle, Facts facts)
    {
        var steps = new List<Step>();
        var outcomes = new List<ThrottleDecision>();
        var left = 100.0;
        foreach (var rule in throttle.Rules)
        {
            var decides = rule.Decides(facts);
            steps.Add(new(rule, decides, rule.When?.Explain(facts) ?? "it has no condition"));
            if (!decides)
                continue;

            var first = left * rule.Percentage / 100;
            Add(rule.Verdict, rule, first);
            Add(rule.Otherwise, rule, left - first);
            left = (rule.Verdict == Verdict.Continue ? first : 0) + (rule.Otherwise == Verdict.Continue ? left - first : 0);
            if (left == 0)
                break;
        }

        if (left > 0)
            outcomes.Add(new(Verdict.Reject, Throttle.NoMatch, 0, left));

        return new(steps, outcomes);

        void Add(Verdict verdict, ThrottleRule rule, double share)
        {
            if (verdict != Verdict.Continue && share > 0)
                outcomes.Add(new(verdict, rule.Name, rule.Percentage, share));
        }
    }
}
