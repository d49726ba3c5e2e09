using System.Collections.ObjectModel;
using System.Text.Json;
using Socorro.Conditions;
using Socorro.Configuration;

namespace Socorro.Throttling;

/// <summary>Reads a throttle from its JSON file, and finds all that is wrong with it at once.</summary>
sealed class ThrottleReader
{
    const int MinTokenLength = 16;

    static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    readonly List<string> _errors = [];

    /// <summary>The throttle, or null and the errors.</summary>
    public static (Throttle? Throttle, IReadOnlyList<string> Errors) Read(ReadOnlyMemory<byte> json)
    {
        var reader = new ThrottleReader();
        try
        {
            using var document = JsonDocument.Parse(json, Lenient);
            var throttle = reader.ReadFile(new(document.RootElement, "", reader._errors));
            return (reader._errors is [] ? throttle : null, reader._errors);
        }
        catch (JsonException e)
        {
            return (null, [$"line {e.LineNumber + 1}: is not JSON"]);
        }
    }

    Throttle ReadFile(JsonNodeReader file)
    {
        file.AllowOnly("rules", "quotas", "upload_tokens");
        var rules = file.ReadList("rules", ReadRule);
        foreach (var name in rules.Where(rule => rule.Name.Length > 0).GroupBy(rule => rule.Name).Where(group => group.Count() > 1).Select(group => group.Key))
            _errors.Add($"rules: more than one is named \"{name}\"");

        return new(rules)
        {
            Quotas = file.Find("quotas") is { } quotas ? ReadQuotas(quotas) : Quotas.None,
            UploadTokens = file.Find("upload_tokens") is { } products
                ? products.ReadMembers().ToDictionary(product => product.Name, product => products.ReadList(product.Name, ReadToken)).AsReadOnly()
                : ReadOnlyDictionary<string, IReadOnlyList<string>>.Empty,
        };
    }

    static ThrottleRule ReadRule(JsonNodeReader node)
    {
        node.AllowOnly("name", "when", "verdict", "percent", "otherwise");
        var name = node.ReadText("name");
        if (node.Find("name") is not null && (name.Length == 0 || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')))
            node.Fault($"its name \"{name}\" is not made of letters, digits and underscores");

        var isDrawn = node.Find("percent") is not null;
        if (isDrawn != node.Find("otherwise") is not null)
            node.Fault("percent and otherwise go together");

        var percent = isDrawn ? node.ReadNumber("percent") : 100;
        if (percent is < 0 or > 100)
            node.Fault($"percent {percent} is not from 0 to 100");

        return new(
            name,
            node.Find("when") is { } when ? ConditionReader.Read(when, ConditionScope.Submission) : null,
            ReadVerdict(node, "verdict"),
            percent,
            node.Find("otherwise") is not null ? ReadVerdict(node, "otherwise") : Verdict.Reject);
    }

    static Verdict ReadVerdict(JsonNodeReader node, string name)
    {
        var text = node.ReadText(name);
        Verdict? verdict = text switch
        {
            "accept" => Verdict.Accept,
            "defer" => Verdict.Defer,
            "reject" => Verdict.Reject,
            "fake_accept" => Verdict.FakeAccept,
            "continue" => Verdict.Continue,
            _ => null,
        };
        if (verdict is null && node.Find(name) is not null)
            node.Fault($"{name} \"{text}\" is none of accept, defer, reject, fake_accept, continue");

        return verdict ?? Verdict.Continue;
    }

    static string ReadToken(JsonNodeReader node)
    {
        var token = node.AsText();
        if (token.Length < MinTokenLength)
            node.Fault($"is shorter than {MinTokenLength} characters, which can be guessed");

        return token;
    }

    static Quotas ReadQuotas(JsonNodeReader node)
    {
        node.AllowOnly("per_day", "per_address_and_minute");
        var perDay = node.Find("per_day") is { } products
            ? products.ReadMembers().ToDictionary(member => member.Name, member => products.ReadCount(member.Name))
            : [];
        return new(perDay.AsReadOnly(), node.Find("per_address_and_minute") is null ? null : node.ReadCount("per_address_and_minute"));
    }
}
