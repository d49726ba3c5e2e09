using System.Reflection;
using System.Xml.Linq;
using Socorro.Crashes;
using Socorro.Fields;
using Socorro.Regrouping;
using Socorro.Search;
using Socorro.Stackwalk;
using Socorro.Storage;

namespace Socorro.Tests;

/// <summary>The dependency rules of docs/overview.md: projects point down, parts reach only where they may.</summary>
public sealed class ArchitectureTests
{
    /// <summary>What each project may reference: nothing that is not named here.</summary>
    static readonly Dictionary<string, string[]> MayUse = new()
    {
        ["Socorro.Minidump"] = [],
        ["Socorro.Stackwalk"] = ["Socorro.Minidump"],
        ["Socorro.Plugins"] = [],
        ["Socorro.Core"] = ["Socorro.Minidump", "Socorro.Plugins"],
        ["Socorro.Engines"] = ["Socorro.Core"],
        ["Socorro"] = ["Socorro.Minidump", "Socorro.Stackwalk", "Socorro.Core", "Socorro.Engines"],
    };

    /// <summary>Namespaces, and those of the product that their types must not refer to.</summary>
    static readonly (string Part, string[] Forbidden)[] MustNotReach =
    [
        ("Socorro.Minidumps.Cpu", ["Socorro.Minidumps.Streams", "Socorro.Minidumps.Unwinding", "Socorro.Minidumps.Output"]),
        ("Socorro.Minidumps.Memory", ["Socorro.Minidumps.Streams", "Socorro.Minidumps.Unwinding"]),
        (
            "Socorro.Minidumps.Symbols",
            ["Socorro.Minidumps.Streams", "Socorro.Minidumps.Unwinding", "Socorro.Minidumps.Output"]),
        (
            "Socorro.Minidumps.Streams",
            ["Socorro.Minidumps.Unwinding", "Socorro.Minidumps.Output", "Socorro.Minidumps.Symbols"]),
        ("Socorro.Minidumps.Unwinding", ["Socorro.Minidumps.Output"]),
        ("Socorro.Minidumps", ["Socorro.Stackwalk"]),
        ("Socorro.Processing", ["Socorro.Web", "Socorro.Collecting", "Socorro.Engines"]),
        ("Socorro.Reprocessing", ["Socorro.Web", "Socorro.Collecting", "Socorro.Engines"]),
        ("Socorro.Regrouping", ["Socorro.Web", "Socorro.Collecting", "Socorro.Engines", "Socorro.Processing", "Socorro.Reprocessing"]),
        ("Socorro.Crashes", ["Socorro.Storage", "Socorro.Processing", "Socorro.Reprocessing", "Socorro.Signatures", "Socorro.Fields"]),
        ("Socorro.Storage", ["Socorro.Processing", "Socorro.Signatures", "Socorro.Fields", "Socorro.Minidumps"]),
        ("Socorro.Signatures", ["Socorro.Storage", "Socorro.Processing", "Socorro.Fields"]),
        ("Socorro.Search", ["Socorro.Processing", "Socorro.Signatures", "Socorro.Minidumps"]),
        ("Socorro.Fields", ["Socorro.Storage", "Socorro.Processing", "Socorro.Signatures"]),
        ("Socorro.Conditions", ["Socorro.Storage", "Socorro.Processing", "Socorro.Fields", "Socorro.Throttling"]),
        ("Socorro.Access", ["Socorro.Storage", "Socorro.Fields", "Socorro.Crashes"]),
        ("Socorro.Reading", ["Socorro.Processing", "Socorro.Signatures"]),
        ("Socorro.Throttling", ["Socorro.Storage", "Socorro.Processing", "Socorro.Signatures"]),
        ("Socorro.Engines", ["Socorro.Processing", "Socorro.Signatures", "Socorro.Minidumps"]),
        ("Socorro.Collecting", ["Socorro.Web", "Socorro.Cli", "Socorro.Engines", "Socorro.Processing", "Socorro.Minidumps"]),
        ("Socorro.Web", ["Socorro.Cli", "Socorro.Collecting", "Socorro.Engines"]),
    ];

    [Fact]
    public void Projects_reference_only_those_below_them()
    {
        foreach (var (project, allowed) in MayUse)
        {
            var file = Path.Combine(Checkout.Root, "src", project, $"{project}.csproj");
            var references = XDocument.Load(file).Descendants("ProjectReference")
                .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value));

            Assert.All(references, reference => Assert.Contains(reference, allowed));
        }
    }

    [Fact]
    public void Every_project_in_src_has_a_rule() =>
        Assert.All(
            Directory.GetDirectories(Path.Combine(Checkout.Root, "src")),
            folder => Assert.Contains(Path.GetFileName(folder), MayUse.Keys));

    [Fact]
    public void Parts_reach_only_where_they_may()
    {
        var broken =
            from type in ProductTypes()
            from rule in MustNotReach
            where IsIn(type, rule.Part)
            from used in TypeReferences.Of(type)
            where rule.Forbidden.Any(part => IsIn(used, part))
            select $"{type.FullName} refers to {used.FullName}";

        Assert.Empty(broken.Distinct());
    }

    /// <summary>
    /// What is stored of crashes, before anybody has asked who reads: all that the web gets is a view of it. The preview of a
    /// changed signature list hands out signatures and ids alone.
    /// </summary>
    [Fact]
    public void The_web_sees_crashes_only_through_the_eyes_of_their_reader()
    {
        Type[] unseen =
        [
            typeof(CrashStore), typeof(RawCrash), typeof(ProcessedCrash), typeof(ParkedCrash), typeof(CrashScan),
            typeof(Redaction), typeof(StoredStacks), typeof(StoredStack),
        ];
        var seen =
            from type in ProductTypes()
            where IsIn(type, "Socorro.Web")
            from used in TypeReferences.Of(type).Intersect(unseen)
            select $"{type.FullName} refers to {used.Name}";

        Assert.Empty(seen);
    }

    [Fact]
    public void Every_rule_is_about_a_part_that_exists() =>
        Assert.All(MustNotReach, rule => Assert.Contains(ProductTypes(), type => IsIn(type, rule.Part)));

    [Fact]
    public void References_are_seen_in_method_bodies_as_well() =>
        Assert.Contains(typeof(VerbFailedException), TypeReferences.Of(typeof(Settings)));

    [Fact]
    public void No_file_of_the_product_is_longer_than_600_lines()
    {
        var long_ =
            from file in Directory.EnumerateFiles(Path.Combine(Checkout.Root, "src"), "*.cs", SearchOption.AllDirectories)
            let lines = File.ReadLines(file).Count()
            where lines > 600
            select $"{Path.GetRelativePath(Checkout.Root, file)} has {lines} lines";

        Assert.Empty(long_);
    }

    static IEnumerable<Type> ProductTypes() =>
        new[] { typeof(Minidumps.Problem), typeof(StackwalkCommand), typeof(CrashId), typeof(Settings) }
            .Select(type => type.Assembly)
            .Append(Assembly.Load("Socorro.Engines"))
            .SelectMany(assembly => assembly.GetTypes());

    static bool IsIn(Type type, string part) =>
        type.Namespace == part || type.Namespace?.StartsWith($"{part}.", StringComparison.Ordinal) is true;
}
