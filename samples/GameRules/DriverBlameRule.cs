using System.Text.Json;
using Socorro.Plugins;

namespace GameRules;

/// <summary>Tells crashes in the vendor's driver, which no patch of ours mends, from our own.</summary>
public sealed class DriverBlameRule : PluginRule
{
    /// <summary>How the names of drivers' modules begin.</summary>
    static readonly (string Start, string Vendor)[] Drivers =
    [
        ("nvoglv", "nvidia"), ("nvwgf2", "nvidia"), ("libnvidia", "nvidia"),
        ("amdvlk", "amd"), ("atio6", "amd"), ("amdxx", "amd"),
        ("ig9icd", "intel"), ("igd1", "intel"), ("igvk", "intel"),
        ("libvulkan_", "mesa"), ("iris_dri", "mesa"), ("radeonsi_dri", "mesa"),
    ];

    public override string Name => "DriverBlame";

    public override string About => "Says whose graphics driver the crashing thread was in.";

    public override IReadOnlyList<string> Inputs => ["crashing_thread"];

    public override IReadOnlyList<string> Outputs => ["blamed_driver"];

    public override void Act(PluginCrash crash)
    {
        if (crash.FindInteger("crashing_thread") is not { } thread)
            return;

        var vendor = Modules(crash.Report, thread).Select(FindVendor).FirstOrDefault(vendor => vendor is not null);
        if (vendor is not null)
            crash.Set("blamed_driver", vendor);
    }

    static string? FindVendor(string module) =>
        Drivers.FirstOrDefault(driver => module.StartsWith(driver.Start, StringComparison.OrdinalIgnoreCase)).Vendor;

    /// <summary>The modules of the thread's frames, innermost first. A report may lack anything.</summary>
    static IEnumerable<string> Modules(JsonElement report, long thread)
    {
        if (!report.TryGetProperty("threads", out var threads)
            || thread < 0
            || thread >= threads.GetArrayLength()
            || !threads[(int)thread].TryGetProperty("frames", out var frames))
        {
            yield break;
        }

        foreach (var frame in frames.EnumerateArray())
        {
            if (frame.TryGetProperty("module", out var module) && module.ValueKind == JsonValueKind.String)
                yield return module.GetString()!;
        }
    }
}
