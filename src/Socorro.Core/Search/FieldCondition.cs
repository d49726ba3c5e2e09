using System.Globalization;

namespace Socorro.Search;

/// <summary>What is asked of a text.</summary>
public enum TextOperator
{
    /// <summary>It is the value; of fields that are split, it has all the value's words, or the part, whatever their case.</summary>
    Has,

    /// <summary>It is the value to the letter.</summary>
    Is,
    Contains,
    StartsWith,
    EndsWith,

    /// <summary>A regular expression describes it from its beginning to its end.</summary>
    Matches,
}

/// <summary>What is asked of a number.</summary>
public enum NumberOperator
{
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// <summary>One value of a search parameter.</summary>
/// <param name="IsNegated">Whether the opposite is wanted, crashes without the field included.</param>
public abstract record FieldCondition(bool IsNegated)
{
    public sealed record Text(TextOperator Operator, string Value, bool IsNegated) : FieldCondition(IsNegated)
    {
        public override string ToString() => $"{Not}{Symbol}{Value}";

        string Symbol => Operator switch
        {
            TextOperator.Has => "",
            TextOperator.Is => "=",
            TextOperator.Contains => "~",
            TextOperator.StartsWith => "^",
            TextOperator.EndsWith => "$",
            TextOperator.Matches => "@",
            _ => throw new InvalidOperationException($"{Operator} has no symbol"),
        };
    }

    public sealed record Number(NumberOperator Operator, decimal Value, bool IsNegated) : FieldCondition(IsNegated)
    {
        public override string ToString() => $"{Not}{Symbol}{Value.ToString(CultureInfo.InvariantCulture)}";

        string Symbol => Operator switch
        {
            NumberOperator.Equal => "",
            NumberOperator.Less => "<",
            NumberOperator.LessOrEqual => "<=",
            NumberOperator.Greater => ">",
            NumberOperator.GreaterOrEqual => ">=",
            _ => throw new InvalidOperationException($"{Operator} has no symbol"),
        };
    }

    public sealed record Truth(bool Value, bool IsNegated) : FieldCondition(IsNegated)
    {
        public override string ToString() => $"{Not}{(Value ? True : "false")}";
    }

    /// <summary>The crash has no value in the field.</summary>
    public sealed record Missing(bool IsNegated) : FieldCondition(IsNegated)
    {
        public override string ToString() => $"{Not}{Null}";
    }

    internal const string Null = "__null__";

    internal const string True = "__true__";

    /// <summary>Whether it narrows what others of its field allow, as ends of ranges and negations do.</summary>
    internal bool Narrows => IsNegated || this is Number { Operator: not NumberOperator.Equal };

    string Not => IsNegated ? "!" : "";
}
