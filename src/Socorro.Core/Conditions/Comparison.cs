using System.Collections.Frozen;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Socorro.Conditions;

/// <summary>What a condition wants of a value; each describes itself in a few words.</summary>
public abstract record Comparison
{
    public abstract bool Accepts(SubjectValue? value, DateTimeOffset now);

    public sealed record Exists(bool Wanted) : Comparison
    {
        public override bool Accepts(SubjectValue? value, DateTimeOffset now) => value.HasValue == Wanted;

        public override string ToString() => Wanted ? "there" : "not there";
    }

    public sealed record OneOf(FrozenSet<string> Texts) : Comparison
    {
        public override bool Accepts(SubjectValue? value, DateTimeOffset now) => value is { Text: var text } && Texts.Contains(text);

        public override string ToString() => Texts.Count == 1
            ? $"equals \"{Texts.Items[0]}\""
            : $"one of \"{string.Join("\", \"", Texts.Order(StringComparer.Ordinal))}\"";
    }

    public sealed record StartsWith(string Start, StringComparison Case) : Comparison
    {
        public override bool Accepts(SubjectValue? value, DateTimeOffset now) =>
            value is { Text: var text } && text.StartsWith(Start, Case);

        public override string ToString() => $"starts with \"{Start}\"";
    }

    /// <summary>Searches; the expression must be of the kind that never backtracks.</summary>
    public sealed record Matches(Regex Expression) : Comparison
    {
        public override bool Accepts(SubjectValue? value, DateTimeOffset now) => value is { Text: var text } && Expression.IsMatch(text);

        public override string ToString() => $"matches {Expression}";
    }

    /// <summary>By code point; for dates and other text of one width.</summary>
    public sealed record TextBelow(string Bound) : Comparison
    {
        public override bool Accepts(SubjectValue? value, DateTimeOffset now) =>
            value is { Text: var text } && string.CompareOrdinal(text, Bound) < 0;

        public override string ToString() => $"comes before \"{Bound}\"";
    }

    /// <summary>Whole numbers; both bounds are included.</summary>
    public sealed record NumberBetween(long Least, long Most) : Comparison
    {
        public override bool Accepts(SubjectValue? value, DateTimeOffset now) =>
            value is { Text: var text, IsJsonText: false }
            && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= Least
            && number <= Most;

        public override string ToString() => (Least, Most) switch
        {
            (long.MinValue, _) => $"at most {Most}",
            (_, long.MaxValue) => $"at least {Least}",
            _ => $"from {Least} to {Most}",
        };
    }

    /// <summary>By version number; the lower bound is included, the upper is not.</summary>
    public sealed record VersionBetween(VersionNumber? Least, VersionNumber? Below) : Comparison
    {
        public override bool Accepts(SubjectValue? value, DateTimeOffset now) =>
            value is { Text: var text }
            && VersionNumber.TryParse(text, out var version)
            && (Least is null || version.CompareTo(Least.Value) >= 0)
            && (Below is null || version.CompareTo(Below.Value) < 0);

        public override string ToString() => (Least, Below) switch
        {
            (null, var below) => $"a version below {below}",
            (var least, null) => $"version {least} or above",
            var (least, below) => $"a version from {least} to below {below}",
        };
    }

    /// <summary>A build id of the form yyyyMMddHHmmss whose day is at least so many days ago.</summary>
    public sealed record BuiltDaysAgo(int Days) : Comparison
    {
        public override bool Accepts(SubjectValue? value, DateTimeOffset now) =>
            value is { Text: { Length: 14 } text }
            && text.StartsWith("20", StringComparison.Ordinal)
            && text.All(char.IsAsciiDigit)
            && DateOnly.TryParseExact(
                text.AsSpan(0, 8), "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var built)
            && DateOnly.FromDateTime(now.UtcDateTime).DayNumber - built.DayNumber >= Days;

        public override string ToString() => $"built {Days} days ago or earlier";
    }
}
