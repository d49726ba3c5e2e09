using System.Globalization;
using System.Text.Json;
using Socorro.Fields;

namespace Socorro.Web.Pages.Report;

/// <summary>How a line's value is set.</summary>
public enum DetailKind
{
    Text,
    Code,
    Block,
    Link,
}

/// <summary>A line of the details: a declared field that the crash has.</summary>
public sealed record Detail(string Name, string Label, string About, DetailKind Kind, string Value);

/// <summary>Lines that belong together.</summary>
public sealed record DetailGroup(string Name, IReadOnlyList<Detail> Details);

/// <summary>The declared fields of a crash as people read them, grouped and ordered by their declaration.</summary>
static class Details
{
    public static IReadOnlyList<DetailGroup> Of(JsonElement processed, FieldSet fields, int maxText) =>
    [
        .. fields.All
            .Where(field => field.Place is not null)
            .Select(field => (field.Place!.Group, Detail: Read(field, processed.Member(field.Name), maxText)))
            .Where(line => line.Detail is not null)
            .GroupBy(line => line.Group, line => line.Detail!)
            .Select(group => new DetailGroup(group.Key, [.. group])),
    ];

    static Detail? Read(Field field, JsonElement value, int maxText)
    {
        var text = Show(field.Form, value);
        if (text.Length == 0)
            return null;

        var kind = KindOf(field.Form, value, text);
        return new(field.Name, field.Place!.Label, field.About, kind, Wording.Clip(text, maxText));
    }

    static DetailKind KindOf(FieldForm form, JsonElement value, string text) => form switch
    {
        FieldForm.Address => DetailKind.Code,
        FieldForm.Link when WebAddress.OrNull(text) is not null => DetailKind.Link,
        FieldForm.Preformatted or FieldForm.Json => DetailKind.Block,
        _ when text.Contains('\n') || value.ValueKind == JsonValueKind.Object => DetailKind.Block,
        _ => DetailKind.Text,
    };

    static string Show(FieldForm form, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => "",
        JsonValueKind.True => "yes",
        JsonValueKind.False => "no",
        JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Select(Flat).Where(text => text.Length > 0)),
        JsonValueKind.Object => value.EnumerateObject().Any() ? JsonText.Indent(value) : "",
        JsonValueKind.Number when value.TryGetInt64(out var number) => ShowNumber(form, number),
        _ => ShowText(form, value.AsText().Trim()),
    };

    static string Flat(JsonElement value) => value.IsObject ? value.GetRawText() : value.AsText();

    static string ShowNumber(FieldForm form, long number) => form switch
    {
        FieldForm.Bytes when number >= 1024 => $"{Wording.Count(number)} B ({Wording.Bytes(number)})",
        FieldForm.Bytes => $"{Wording.Count(number)} B",
        FieldForm.Seconds when number is (>= 60 and < 1L << 40) or (<= -60 and > -1L << 40) =>
            $"{Wording.Count(number)} s ({Wording.Duration(TimeSpan.FromSeconds(number))})",
        FieldForm.Seconds => $"{Wording.Count(number)} s",
        FieldForm.Percent => $"{number} %",
        FieldForm.Epoch when number is > 0 and < 1L << 37 =>
            $"{Wording.Moment(DateTimeOffset.FromUnixTimeSeconds(number))} UTC",
        _ => number.ToString(CultureInfo.InvariantCulture),
    };

    static string ShowText(FieldForm form, string text) => form switch
    {
        FieldForm.Time when DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) => $"{Wording.Moment(time)} UTC",
        FieldForm.Build when text.Length == 14 && DateTime.TryParseExact(
            text, "yyyyMMddHHmmss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var built) =>
            $"{text} ({built.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)})",
        FieldForm.Json => JsonText.Indent(text),
        _ => text,
    };
}
