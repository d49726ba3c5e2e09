using System.Collections.ObjectModel;
using Socorro.Conditions;

namespace Socorro.Throttling;

/// <summary>One rule. Names are letters, digits and underscores: clients are told them.</summary>
/// <param name="Name">What metrics, raw crashes and answers call it.</param>
/// <param name="When">The submissions it decides; null for all.</param>
/// <param name="Verdict">What it decides.</param>
/// <param name="Percentage">How many in a hundred get that verdict, drawn by lot; 100 for all.</param>
/// <param name="Otherwise">What the others get.</param>
public sealed record ThrottleRule(string Name, Condition? When, Verdict Verdict, double Percentage, Verdict Otherwise)
{
    public bool Decides(Facts facts) => When?.Holds(facts) ?? true;
}

/// <summary>Decides which submissions are kept: the first rule whose condition holds has the say.</summary>
public sealed record Throttle(IReadOnlyList<ThrottleRule> Rules)
{
    /// <summary>What stands for the rule where none decided.</summary>
    internal const string NoMatch = "NO_MATCH";

    /// <summary>How many submissions are taken before some are asked to come again.</summary>
    public Quotas Quotas { get; init; } = Quotas.None;

    /// <summary>Products whose submissions must bring one of their tokens.</summary>
    public ReadOnlyDictionary<string, IReadOnlyList<string>> UploadTokens { get; init; } =
        ReadOnlyDictionary<string, IReadOnlyList<string>>.Empty;

    /// <param name="annotations">What the client sent.</param>
    /// <param name="now">Builds are dated against it.</param>
    /// <param name="random">Draws where a rule wants only some.</param>
    public ThrottleDecision Decide(IReadOnlyDictionary<string, string> annotations, DateTimeOffset now, Random random)
    {
        var facts = new Facts(annotations, now);
        var share = 100.0;
        foreach (var rule in Rules)
        {
            if (!rule.Decides(facts))
                continue;

            var isFirst = rule.Percentage >= 100 || random.NextDouble() * 100 <= rule.Percentage;
            share *= (isFirst ? rule.Percentage : 100 - rule.Percentage) / 100;
            var verdict = isFirst ? rule.Verdict : rule.Otherwise;
            if (verdict != Verdict.Continue)
                return new(verdict, rule.Name, rule.Percentage, share);
        }

        return new(Verdict.Reject, NoMatch, 0, share);
    }
}

/// <summary>Bounds on submissions over time; none unless an operator sets them.</summary>
/// <param name="PerDay">Submissions taken in a UTC day, by product; "*" for each product that is not named.</param>
/// <param name="PerAddressAndMinute">Submissions taken from one client address in a minute; null for any number.</param>
public sealed record Quotas(ReadOnlyDictionary<string, int> PerDay, int? PerAddressAndMinute)
{
    public static Quotas None { get; } = new(ReadOnlyDictionary<string, int>.Empty, null);
}
