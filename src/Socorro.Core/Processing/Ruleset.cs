using Socorro.Fields;
using Socorro.Processing.Plugins;
using Socorro.Processing.Rules;
using Socorro.Processing.Rules.Mozilla;
using Socorro.Signatures;

namespace Socorro.Processing;

/// <summary>Rules in the order in which they run.</summary>
/// <param name="Name">How notes and metrics name it.</param>
/// <param name="Rules">The rules.</param>
public sealed record Ruleset(string Name, IReadOnlyList<Rule> Rules)
{
    /// <summary>For any product.</summary>
    public static Ruleset Default(SignatureGenerators signatures) => new(
        "default",
        [
            new IdentifierRule(),
            new CrashReportKeysRule(),
            new CollectorMetadataRule(),
            new MinidumpSha256Rule(),
            new SymbolUrlsRule(),
            new TruncatedStacksRule(),
            new StackWalkRule(),
            new CrashingThreadRule(),
            new PossibleBitFlipsRule(),
            new GuardPageAccessRule(),
            new MajorVersionRule(),
            new ProcessTypeRule(),
            new DatesRule(),
            new BreadcrumbsRule(),
            new JavaStackTraceRule(),
            new JavaExceptionRule(),
            new JavaScriptStackTraceRule(),
            new MacCrashInfoRule(),
            new ReportTypeRule(),
            new ProcessorRule(),
            new SystemRule(),
            new SystemNameRule(),
            new TopmostFilesRule(),
            new ModulesInStackRule(),
            new MissingSymbolsRule(),
            new SoftErrorsRule(),
            new SignatureRule(signatures),
        ]);

    /// <summary>For Mozilla's products: the rules for any product, and those that only their annotations give sense to.</summary>
    public static Ruleset Mozilla(SignatureGenerators signatures, VersionLookup findVersion) => new(
        "mozilla",
        [
            new IdentifierRule(),
            new CrashReportKeysRule(),
            new CollectorMetadataRule(),
            new MinidumpSha256Rule(),
            new FenixVersionRule(),
            new EsrVersionRule(),
            new BetaVersionRule(findVersion),
            new SubmittedFromRule(),
            new SymbolUrlsRule(),
            new TruncatedStacksRule(),
            new StackWalkRule(),
            new CrashingThreadRule(),
            new PossibleBitFlipsRule(),
            new GuardPageAccessRule(),
            new MajorVersionRule(),
            new ProcessTypeRule(),
            new PluginRule(),
            new AccessibilityRule(),
            new AddonsRule(),
            new DatesRule(),
            new MemoryReportRule(),
            new PhcRule(),
            new BreadcrumbsRule(),
            new JavaStackTraceRule(),
            new JavaExceptionRule(),
            new JavaScriptStackTraceRule(),
            new MacCrashInfoRule(),
            new MozCrashReasonRule(),
            new UtilityActorsNameRule(),
            new ReportTypeRule(),
            new ProcessorRule(),
            new DistributionIdRule(),
            new SystemRule(),
            new SystemNameRule(),
            new TopmostFilesRule(),
            new ModulesInStackRule(),
            new MissingSymbolsRule(),
            new SoftErrorsRule(),
            new SignatureRule(signatures),
            new ShutdownHangRule(),
        ]);

    /// <summary>The same with further rules after them.</summary>
    public Ruleset With(IEnumerable<Rule> further) => this with { Rules = [.. Rules, .. further] };

    /// <summary>Makes sure that rules fit each other and the declared fields.</summary>
    /// <exception cref="RulesetException">They don't; it names every mistake.</exception>
    public Ruleset Check(FieldSet fields)
    {
        var errors = new List<string>();
        var written = fields.All.Where(IsCopied).Select(field => field.Name).ToHashSet();
        var names = new HashSet<string>();
        foreach (var rule in Rules)
        {
            if (!names.Add(rule.Name))
                errors.Add($"{Label(rule)} is there twice");
            foreach (var input in rule.Inputs.Where(input => !written.Contains(input)))
                errors.Add($"{Label(rule)} reads {input}, which nothing before it writes");
            foreach (var output in rule.Outputs)
            {
                if (Refuse(rule, fields.Find(output)?.Source, written.Contains(output)) is { } error)
                    errors.Add($"{Label(rule)} writes {output}, {error}");
                written.Add(output);
            }
        }

        return errors.Count == 0 ? this : throw new RulesetException(Name, errors);
    }

    /// <summary>Makes sure that each field which names a rule as its source is written by it, in one ruleset at least.</summary>
    /// <exception cref="FieldsException">One is not; it names every such field.</exception>
    public static void CheckSources(FieldSet fields, IReadOnlyList<Ruleset> rulesets)
    {
        var rules = rulesets.SelectMany(ruleset => ruleset.Rules).ToLookup(rule => rule.Name);
        var errors = new List<string>();
        foreach (var field in fields.All)
        {
            if (field.Source is not FieldSource.Rule { Name: var name } || name == Pipeline.Name)
                continue;
            if (!rules.Contains(name))
                errors.Add($"{field.DeclaredAt}: there is no rule '{name}', only {string.Join(", ", rules.Select(rule => rule.Key).Order())}");
            else if (!rules[name].Any(rule => rule.Outputs.Contains(field.Name)))
                errors.Add($"{field.DeclaredAt}: rule {name} does not write it");
        }

        if (errors.Count > 0)
            throw new FieldsException(errors);
    }

    /// <summary>Our own rules may correct what came before them; a plug-in's keep to fields of their own.</summary>
    static string? Refuse(Rule rule, FieldSource? source, bool isWritten) => source switch
    {
        null => "which is not declared",
        FieldSource.Rule { Name: var owner } when owner == rule.Name => null,
        FieldSource.Rule { Name: var owner } when !isWritten || rule is IsolatedRule => $"which is declared to come from {owner}",
        _ when rule is IsolatedRule => "which is not declared to come from it",
        _ => null,
    };

    static string Label(Rule rule) => rule switch
    {
        IsolatedRule isolated => $"rule {rule.Name} of plug-in {isolated.Plugin.Name}",
        MappingRule mapping => mapping.Field.DeclaredAt,
        _ => $"rule {rule.Name}",
    };

    static bool IsCopied(Field field) => field.Source is FieldSource.Annotation or FieldSource.Report;
}

/// <summary>Rules that can't run in their order, with every mistake in it.</summary>
public sealed class RulesetException(string ruleset, IReadOnlyList<string> errors)
    : Exception($"Ruleset {ruleset} is wrong: {string.Join("; ", errors)}")
{
    public IReadOnlyList<string> Errors { get; } = errors;
}
