using System.Globalization;
using Socorro.Crashes;
using Socorro.Reprocessing;
using Socorro.Storage;

namespace Socorro.Web.Api;

/// <summary>What a request for reprocessing says, or what is wrong with it by parameter.</summary>
sealed class ReprocessingForm
{
    public const string Signature = "signature";

    const string CrashIds = "crash_ids";
    const string DefaultRuleset = "default";
    const string SignatureRuleset = "regenerate_signature";

    readonly Dictionary<string, string[]> _errors = [];

    /// <summary>The ids that were named, by what shall be made again of them.</summary>
    public IReadOnlyDictionary<ReprocessingScope, List<CrashId>> Crashes { get; private init; } =
        new Dictionary<ReprocessingScope, List<CrashId>>();

    public string? Query { get; private init; }

    public ReprocessingScope Scope { get; private set; }

    public int? Rate { get; private set; }

    public Dictionary<string, string[]> Errors => _errors;

    /// <summary>Reads ids or a query, and how to go about them.</summary>
    public static ReprocessingForm Read(IFormCollection form)
    {
        var crashes = new Dictionary<ReprocessingScope, List<CrashId>>();
        var read = new ReprocessingForm { Query = form["query"], Crashes = crashes };
        read.ReadOptions(form["only"], form["rate"]);
        foreach (var text in form[CrashIds])
        {
            if (TryReadCrash(text ?? "", read.Scope, out var id, out var scope))
                (crashes.TryGetValue(scope, out var ids) ? ids : crashes[scope] = []).Add(id);
            else
                read.Refuse(CrashIds, $"'{Wording.Clip(text ?? "", 100)}' is not a crash id, or one with :{DefaultRuleset} or :{SignatureRuleset}.");
        }

        if (crashes.Count > 0 == read.Query is { Length: > 0 } && read.Errors.Count == 0)
            read.Refuse(CrashIds, "This field is required, or query in its place.");
        return read;
    }

    /// <summary>Reads how to go about ids that come elsewhere.</summary>
    public static ReprocessingForm ReadOptions(IQueryCollection query)
    {
        var read = new ReprocessingForm();
        read.ReadOptions(query["only"], query["rate"]);
        return read;
    }

    void ReadOptions(string? only, string? rate)
    {
        Scope = only == Signature ? ReprocessingScope.Signature : ReprocessingScope.Everything;
        if (only is not (null or "" or Signature))
            Refuse("only", $"There is only '{Signature}'.");
        if (string.IsNullOrEmpty(rate))
            return;

        if (int.TryParse(rate, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number is >= 1 and <= ReprocessingDesk.MaxRate)
        {
            Rate = number;
        }
        else
        {
            Refuse("rate", $"Enter a whole number from 1 to {ReprocessingDesk.MaxRate}.");
        }
    }

    /// <summary>Tools of the field write the ruleset behind the id.</summary>
    static bool TryReadCrash(string text, ReprocessingScope unless, out CrashId id, out ReprocessingScope scope)
    {
        var parts = text.Trim().Split(':');
        scope = parts is [_, SignatureRuleset] ? ReprocessingScope.Signature : unless;
        id = default;
        return parts is [_] or [_, DefaultRuleset or SignatureRuleset] && CrashIdText.TryParse(parts[0], out id);
    }

    void Refuse(string parameter, string why) => _errors.TryAdd(parameter, [why]);
}
