namespace Socorro.Processing.Rules;

sealed class ProcessorRule : Rule
{
    const string Unknown = "unknown";

    public override string Name => "Processor";

    public override string About =>
        "Describes the CPU by the dump; where the dump does not, by Android's instruction set or by what the client says.";

    public override IReadOnlyList<string> Inputs => ["android_cpu_abi"];

    public override IReadOnlyList<string> Outputs => ["cpu_arch", "cpu_info", "cpu_count", "cpu_microcode_version"];

    public override void Act(Draft crash)
    {
        var system = crash.Report.Member("system_info");
        var arch = system.Member("cpu_arch").Text() is { Length: > 0 } seen && seen != Unknown
            ? seen
            : OfAndroid(crash.FindText("android_cpu_abi")) ?? crash.Sent("cpu_arch") ?? Unknown;

        crash.Set("cpu_arch", arch);
        crash.Set("cpu_info", system.Member("cpu_info").Text() is { Length: > 0 } info ? info : crash.Sent("cpu_info") ?? Unknown);
        crash.Set("cpu_count", system.Member("cpu_count").Integer() ?? 0);
        // Clients ask the system for the microcode of the moment; a dump has that of the start.
        if ((crash.Sent("cpu_microcode_version") ?? system.Member("cpu_microcode_version").Text()) is { } microcode)
            crash.Set("cpu_microcode_version", microcode);
    }

    static string? OfAndroid(string? abi) => abi?.Trim() switch
    {
        null or "" => null,
        "armeabi-v7a" => "arm",
        "arm64-v8a" => "arm64",
        "x86_64" => "amd64",
        var other => other,
    };
}
