using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Socorro.Access;
using Socorro.Crashes;
using Socorro.Fields;

namespace Socorro.Search;

/// <summary>
/// Which crashes somebody wants, in the parameters of Super Search: <c>product=Demo&amp;signature=~foo&amp;date=>=2026-11-01</c>.
/// Dates become absolute when it is read, so that <see cref="ToString"/> means the same crashes at any later time.
/// </summary>
public sealed class CrashQuery
{
    readonly Dictionary<string, FieldFilter> _byMember;

    internal CrashQuery(DateRange dates, IReadOnlyList<FieldFilter> filters)
    {
        Dates = dates;
        Filters = filters;
        _byMember = filters.ToDictionary(filter => filter.Field.Name);
    }

    /// <summary>When the collector accepted the crashes.</summary>
    public DateRange Dates { get; }

    /// <summary>What else must hold, each for another field.</summary>
    public IReadOnlyList<FieldFilter> Filters { get; }

    /// <summary>Reads parameters as they stand in an address, or the address of a search page.</summary>
    /// <param name="text">The parameters; those that begin with an underscore say how to show crashes, and are passed over.</param>
    /// <param name="fields">What can be asked for.</param>
    /// <param name="now">Where a range of dates ends that names no end; without dates it is the seven days before.</param>
    /// <param name="query">Null when anything is wrong.</param>
    /// <param name="errors">A sentence for each mistake, naming the parameter and what is allowed.</param>
    public static bool TryParse(
        string text,
        FieldSet fields,
        DateTimeOffset now,
        [NotNullWhen(true)] out CrashQuery? query,
        out IReadOnlyList<string> errors)
    {
        var reader = new CrashQueryReader(fields, now);
        query = reader.Read(text);
        errors = reader.Errors;
        return query is not null;
    }

    /// <summary>
    /// The parameter that a reader may not ask for, because how many crashes match would tell what is in them; null when there is
    /// none.
    /// </summary>
    public string? FindProtected(Reader reader) => reader.May(Permission.ViewProtected)
        ? null
        : Filters.FirstOrDefault(filter => !filter.Field.IsPublic)?.Name;

    /// <summary>Whether a processed crash is wanted.</summary>
    public bool Matches(ProcessedCrash crash)
    {
        var values = new Dictionary<string, JsonElement>(_byMember.Count + 1);
        var reader = new Utf8JsonReader(crash.Json.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            // Most of a document is the stacks, which nobody asks for here.
            var name = reader.GetString()!;
            reader.Read();
            if (name == DateRange.Member || _byMember.ContainsKey(name))
                values[name] = JsonElement.ParseValue(ref reader);
            else
                reader.Skip();
        }

        return Dates.Contains(values.GetValueOrDefault(DateRange.Member))
            && Filters.All(filter => filter.Matches(values.GetValueOrDefault(filter.Field.Name)));
    }

    /// <summary>
    /// Whether a crash is wanted that was not processed: by what its client said. Fields that only processing fills are missing.
    /// </summary>
    public bool Matches(RawCrash crash) =>
        Dates.Contains(crash.SubmittedAt) && Filters.All(filter => filter.Matches(Sent(filter.Field, crash)));

    /// <summary>The parameters in their shortest form, percent-encoded, which read back as the same query.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var filter in Filters)
        {
            foreach (var condition in filter.Conditions)
                Append(text, filter.Name, condition.ToString());
        }

        Append(text, DateRange.Parameter, $">={Write(Dates.From)}");
        Append(text, DateRange.Parameter, $"<{Write(Dates.To)}");
        return text.ToString();
    }

    static JsonElement Sent(Field field, RawCrash crash)
    {
        if (field.Name is "uuid")
            return JsonSerializer.SerializeToElement(crash.Id.ToString());

        var name = field.Annotations.FirstOrDefault(crash.Annotations.ContainsKey);
        return name is not null && FieldValue.TryConvert(field, name, crash.Annotations[name], out var value, out _)
            ? JsonSerializer.SerializeToElement(value)
            : default;
    }

    static void Append(StringBuilder text, string name, string value) =>
        text.Append(text.Length == 0 ? "" : "&").Append(name).Append('=').Append(Uri.EscapeDataString(value));

    static string Write(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);
}
