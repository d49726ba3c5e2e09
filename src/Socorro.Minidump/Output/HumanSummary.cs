using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Microdumps;
using Socorro.Minidumps.Reasons;

namespace Socorro.Minidumps.Output;

/// <summary>The head of the report: the machine, and why the process crashed.</summary>
sealed class HumanSummary(ProcessState state, HumanText text, HumanOptions options)
{
    readonly Minidump _dump = state.Dump;

    public void Write()
    {
        WriteMachine();
        text.Line();
        WriteReason();
        text.Line(_dump.Uptime is { } uptime
            ? $"Process uptime: {HumanText.Number((ulong)uptime.TotalSeconds)} seconds"
            : "Process uptime: not available");
        text.Line();
        if (_dump.LinuxMaps.Count > 0)
        {
            var limit = JsonAdditions.IsNearLimit(_dump.LinuxMaps.Count) ? $" (Linux allows {JsonAdditions.MostMappings} unless told otherwise)" : "";
            text.Line($"Linux memory map count: {_dump.LinuxMaps.Count}{limit}");
            text.Line();
        }

        WriteComment();
    }

    void WriteComment()
    {
        if (_dump.Comment is not { Length: > 0 } comment)
            return;

        foreach (var line in comment.Split('\n'))
            text.Line($"Comment: {HumanText.Clean(line.TrimEnd('\r'))}");
        text.Line();
    }

    void WriteMachine()
    {
        var system = _dump.SystemInfo;
        text.Line($"Operating system: {HumanText.Clean(system?.OsName ?? "unknown")}");
        text.Line($"                  {HumanText.Clean(system?.OsVersion ?? "")}");
        text.Line($"CPU: {CpuTraits.Find(_dump.Cpu)?.Name ?? "unknown"}");
        if (system?.CpuDescription is { } description)
            text.Line($"     {HumanText.Clean(description)}");
        if (system is not null)
            text.Line($"     {system.ProcessorCount} CPU{(system.ProcessorCount == 1 ? "" : "s")}");
        if (_dump.Microdump is { } microdump)
            WriteMicrodump(microdump);
        if (_dump.LinuxRelease is { } release)
        {
            text.Line(HumanText.Clean(
                $"Linux {release.Id} {release.Release} - {release.Codename} ({release.Description})"));
        }
    }

    void WriteMicrodump(Microdump microdump)
    {
        var gpu = microdump.Gpu ?? new("", "", "");
        text.Line($"GPU: {(gpu.Version.Length > 0 ? HumanText.Clean(gpu.Version) : "UNKNOWN")}");
        foreach (var line in (string[])[gpu.Vendor, gpu.Renderer])
        {
            if (line.Length > 0)
                text.Line($"     {HumanText.Clean(line)}");
        }

        if (microdump.Product is { } product)
            text.Line($"Product: {HumanText.Clean($"{product} {microdump.ProductVersion} {microdump.ProcessType}").TrimEnd()}");
    }

    void WriteReason()
    {
        if (state.Reason is not { } reason)
        {
            text.Line("No crash");
            return;
        }

        text.Line(("Crash reason:  ", Tone.Plain), (reason.Text, Tone.Alarm));
        if (reason.Address is { } address)
            text.Line(("Crash address: ", Tone.Plain), (HumanText.Address(address, AddressDigits), Tone.Strong));
        if (reason.Sender is { } sender)
            text.Line($"Signal sent by: {Describe(sender)}");
        if (reason.Detail is { } detail)
            text.Line($"Crash detail:  {HumanText.Clean(detail)}");
        foreach (var nested in NestedRecord.ReadAll(_dump))
            text.Line($"While handling: {nested.Describe(_dump.Os, _dump.Cpu)} at {HumanText.Address(nested.Address, AddressDigits)}");
        if (_dump.Assertion is { } assertion)
            text.Line($"Assertion:     {HumanText.Clean(assertion.ToString())}");
        if (reason.IsSimulated)
            text.Line("The program asked for this dump and went on: there was no crash.");
        if (StackOverflow.IsLikely(_dump))
            text.Line("The thread has used up its stack.");
        if (state.Analysis is { } analysis)
            new HumanAnalysis(analysis, text, AddressDigits, options.IsCompact).Write();
        foreach (var record in _dump.MacCrashInfo)
            WriteMessages(record.Message, record.Message2, record.SignatureString);
        if (_dump.MacBootArguments is { Length: > 0 } arguments)
            text.Line($"Mac Boot Args: {HumanText.Clean(arguments)}");
    }

    void WriteMessages(params ReadOnlySpan<string?> messages)
    {
        foreach (var message in messages)
        {
            if (!string.IsNullOrEmpty(message))
                text.Line($"System message: {HumanText.Clean(message)}");
        }
    }

    int AddressDigits => 2 * (CpuTraits.Find(_dump.Cpu)?.PointerSize ?? 8);

    string Describe(SignalSender sender)
    {
        var process = sender.ProcessId == _dump.ProcessId ? "the process itself" : $"process {sender.ProcessId}";
        return sender.UserId is { } user ? $"{process}, user {user}" : process;
    }
}
