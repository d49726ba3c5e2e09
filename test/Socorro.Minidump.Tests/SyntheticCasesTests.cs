using System.Globalization;
using System.Text.Json;
using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Streams;

namespace Socorro.Minidumps.Tests;

/// <summary>
/// The dumps that rust-minidump's own tests are made of, against the listing that it prints of them: structure by
/// structure and field by field.
/// </summary>
public sealed class SyntheticCasesTests
{
    static readonly JsonElement[] Cases = ReadCases();

    public static TheoryData<int, string> EachCase() =>
        [.. Cases.Select((test, index) => (index, test.GetProperty("test").GetString()!))];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(EachCase))]
    public void Reads_the_fields_that_the_others_list(int index, string test)
    {
        var bytes = Cases[index].GetProperty("dump_base64").GetBytesFromBase64();
        Assert.True(Minidump.TryOpen(bytes, Limits.Default, out var dump, out _), test);

        if (Cases[index].GetProperty("raw_dump_lines") is not { ValueKind: JsonValueKind.Array } lines)
            return;

        var expected = Parse(lines.EnumerateArray().Select(line => line.GetString()!));
        foreach (var actual in Describe(dump))
        {
            var structure = expected.FirstOrDefault(one => one.Name == actual.Name);
            Assert.True(structure is not null, $"{actual.Name} is not expected");
            expected.Remove(structure);
            foreach (var (field, value) in actual.Fields)
                Assert.Equal($"{field} = {structure.Fields.GetValueOrDefault(field)}", $"{field} = {value}");
        }

        Assert.DoesNotContain(expected, structure => Described.Contains(structure.Name));
    }

    [Fact]
    public void Reads_the_facts_that_the_others_report()
    {
        foreach (var test in Cases)
        {
            if (test.GetProperty("json_report") is not { ValueKind: JsonValueKind.Object } report)
                continue;
            var bytes = test.GetProperty("dump_base64").GetBytesFromBase64();
            Assert.True(Minidump.TryOpen(bytes, Limits.Default, out var dump, out _));

            Assert.Equal(report.GetProperty("thread_count").GetInt32(), dump.Threads.Count);
            var microcode = report.GetProperty("system_info").GetProperty("cpu_microcode_version").GetString();
            Assert.Equal(microcode, dump.Microcode is { } version ? $"0x{version:x}" : null);
            if (report.TryGetProperty("lsb_release", out var release))
                Assert.Equal(release.GetProperty("description").GetString(), dump.LinuxRelease?.Description);
            if (report.TryGetProperty("soft_errors", out var errors))
                Assert.True(JsonElement.DeepEquals(errors, JsonDocument.Parse(dump.SoftErrors!).RootElement));
            if (report.TryGetProperty("proc_limits", out var limits))
                AssertLimits(limits.GetProperty("limits"), dump.LinuxLimits);
        }
    }

    static readonly string[] LimitFields = ["name", "soft", "hard", "unit"];

    static void AssertLimits(JsonElement expected, IReadOnlyList<LinuxLimit> actual) => Assert.Equal(
        expected.EnumerateArray()
            .Select(limit => string.Join(' ', LimitFields.Select(field => limit.GetProperty(field))))
            .Order(),
        actual.Select(limit => $"{limit.Name} {Text(limit.Soft)} {Text(limit.Hard)} {limit.Unit}").Order());

    static string Text(LimitValue value) =>
        value.IsUnlimited ? "unlimited" : value.Number?.ToString(CultureInfo.InvariantCulture) ?? "err";

    static JsonElement[] ReadCases()
    {
        var path = SharedData.Find("cases", "stackwalk", "synth", "dumps.json");
        if (!File.Exists(path))
            return [];

        // A few are too large for the file.
        var all = JsonDocument.Parse(File.ReadAllBytes(path)).RootElement.EnumerateArray();
        return [.. all.Where(test => test.GetProperty("dump_base64").ValueKind == JsonValueKind.String)];
    }

    sealed record Structure(string Name, Dictionary<string, string> Fields);

    // None of these may be left over.
    static readonly string[] Described =
    [
        "MDRawHeader", "MDRawDirectory", "MINIDUMP_THREAD", "MINIDUMP_MODULE", "MINIDUMP_UNLOADED_MODULE",
        "MINIDUMP_EXCEPTION", "MINIDUMP_SYSTEM_INFO", "MINIDUMP_MISC_INFO", "MINIDUMP_MEMORY_INFO",
        "MINIDUMP_HANDLE_DESCRIPTOR", "CONTEXT_X86", "CONTEXT_AMD64", "MDRawCrashpadInfo",
    ];

    static readonly string[] Headings = ["MINIDUMP_", "MDRaw", "CONTEXT_"];

    static List<Structure> Parse(IEnumerable<string> lines)
    {
        var structures = new List<Structure>();
        foreach (var line in lines)
        {
            var name = line.Trim();
            if (line.IndexOf(" = ", StringComparison.Ordinal) is >= 0 and var at && structures.Count > 0)
                structures[^1].Fields.TryAdd(line[..at].Trim(), Normalize(line[(at + 3)..]));
            else if (Headings.Any(heading => name.StartsWith(heading, StringComparison.Ordinal)))
                structures.Add(new(name, []));
        }

        return structures;
    }

    // Numbers in one form; a time behind them is the same number again.
    static string Normalize(string value)
    {
        value = value.Trim().Trim('"');
        var word = value.Split(' ')[0];
        if (word.StartsWith("0x", StringComparison.Ordinal)
            && ulong.TryParse(word.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var number))
        {
            return number.ToString(CultureInfo.InvariantCulture);
        }

        return value;
    }

    static IEnumerable<Structure> Describe(Minidump dump)
    {
        var header = dump.Header;
        yield return Structured(
            "MDRawHeader",
            ("version", header.Version),
            ("stream_count", header.StreamCount),
            ("stream_directory_rva", header.StreamDirectoryRva),
            ("checksum", header.Checksum),
            ("time_date_stamp", header.TimeDateStamp),
            ("flags", header.Flags));
        foreach (var stream in dump.Streams)
        {
            yield return Structured(
                "MDRawDirectory", ("location.data_size", stream.Location.Size), ("location.rva", stream.Location.Rva));
        }

        var parts = dump.Threads.SelectMany(Describe)
            .Concat(dump.Modules.Select(Describe))
            .Concat(dump.UnloadedModules.Select(Describe))
            .Concat(dump.MemoryInfo.Select(Describe))
            .Concat(dump.Handles.Select(Describe));
        foreach (var part in parts)
            yield return part;
        if (dump.Exception is { } exception)
            yield return Describe(exception);
        foreach (var context in Describe(dump.Exception?.Context))
            yield return context;
        if (dump.SystemInfo is { } system)
            yield return Describe(system);
        if (dump.MiscInfo is { } misc)
            yield return Describe(misc);
        if (dump.CrashpadInfo is { } crashpad)
            yield return Describe(crashpad);
    }

    static IEnumerable<Structure> Describe(ThreadRecord thread)
    {
        yield return Structured(
            "MINIDUMP_THREAD",
            ("thread_id", thread.Id),
            ("suspend_count", thread.SuspendCount),
            ("priority_class", thread.PriorityClass),
            ("priority", thread.Priority),
            ("teb", thread.Teb),
            ("stack.start_of_memory_range", thread.StackStart),
            ("stack.memory.data_size", thread.StackLocation.Size),
            ("stack.memory.rva", thread.StackLocation.Rva),
            ("thread_context.data_size", thread.ContextLocation.Size),
            ("thread_context.rva", thread.ContextLocation.Rva));
        foreach (var context in Describe(thread.Context))
            yield return context;
    }

    static IEnumerable<Structure> Describe(Context? context)
    {
        if (context is not { Cpu: CpuKind.X86 or CpuKind.Amd64 })
            yield break;

        var registers = context.Traits.RegisterNames.Select((name, index) => (name, (object?)context.Registers[index]));
        yield return Structured(
            $"CONTEXT_{context.Cpu.ToString().ToUpperInvariant()}", [("context_flags", context.Flags), .. registers]);
    }

    static Structure Describe(Module module) => Structured(
        "MINIDUMP_MODULE",
        ("base_of_image", module.Base),
        ("size_of_image", module.Size),
        ("checksum", module.Checksum),
        ("time_date_stamp", module.TimeDateStamp),
        ("version_info.signature", module.Version.Signature),
        ("version_info.struct_version", module.Version.StructVersion),
        ("(code_file)", module.Name),
        ("(code_identifier)", module.CodeId ?? ""),
        ("(debug_file)", module.DebugFile),
        ("(debug_identifier)", Dashed(module)),
        ("(version)", module.VersionText ?? ""));

    // The listing writes ids with dashes and leaves out an age of 0.
    static string Dashed(Module module)
    {
        if (module.DebugId is not { } id)
            return Guid.Empty.ToString();
        if (module.CodeView.Kind == CodeViewKind.Pdb20)
            return $"{id[..8]}-{id[8..]}";

        var guid = Guid.ParseExact(id[..32], "N").ToString();
        return id[32..] == "0" ? guid : $"{guid}-{id[32..]}";
    }

    static Structure Describe(UnloadedModule module) => Structured(
        "MINIDUMP_UNLOADED_MODULE",
        ("base_of_image", module.Base),
        ("size_of_image", module.Size),
        ("checksum", module.Checksum),
        ("time_date_stamp", module.TimeDateStamp),
        ("(code_file)", module.Name),
        ("(code_identifier)", module.CodeId));

    static Structure Describe(WindowsRegion region) => Structured(
        "MINIDUMP_MEMORY_INFO",
        ("base_address", region.Base),
        ("allocation_base", region.AllocationBase),
        ("allocation_protection", region.AllocationProtection),
        ("region_size", region.Size),
        ("state", region.State),
        ("protection", region.Protection),
        ("_type", region.Type));

    static Structure Describe(HandleRecord handle) => Structured(
        "MINIDUMP_HANDLE_DESCRIPTOR",
        ("handle", handle.Handle),
        ("attributes", handle.Attributes),
        ("granted_access", handle.GrantedAccess),
        ("handle_count", handle.HandleCount),
        ("pointer_count", handle.PointerCount),
        ("(type_name)", handle.TypeName),
        ("(object_name)", handle.ObjectName));

    static Structure Describe(ExceptionRecord exception) => Structured(
        "MINIDUMP_EXCEPTION",
        [
            ("thread_id", exception.ThreadId),
            ("exception_record.exception_code", exception.Code),
            ("exception_record.exception_flags", exception.Flags),
            ("exception_record.exception_record", exception.ChainedRecord),
            ("exception_record.exception_address", exception.Address),
            ("exception_record.number_parameters", exception.Parameters.Count),
            .. exception.Parameters.Select(
                (value, i) => ($"exception_record.exception_information[{i,2}]", (object?)value)),
        ]);

    static Structure Describe(SystemInfo system) => Structured(
        "MINIDUMP_SYSTEM_INFO",
        ("processor_architecture", system.ProcessorArchitecture),
        ("processor_level", system.ProcessorLevel),
        ("processor_revision", system.ProcessorRevision),
        ("number_of_processors", system.ProcessorCount),
        ("product_type", system.ProductType),
        ("major_version", system.MajorVersion),
        ("minor_version", system.MinorVersion),
        ("build_number", system.BuildNumber),
        ("platform_id", system.PlatformId),
        ("suite_mask", system.SuiteMask));

    static Structure Describe(MiscInfo misc) => Structured(
        "MINIDUMP_MISC_INFO",
        ("process_id", Optional(misc.ProcessId)),
        ("process_create_time", Optional(misc.ProcessCreateTime)),
        ("process_user_time", Optional(misc.ProcessUserTime)),
        ("process_kernel_time", Optional(misc.ProcessKernelTime)),
        ("processor_max_mhz", Optional(misc.Power?.MaxMhz)),
        ("processor_current_mhz", Optional(misc.Power?.CurrentMhz)),
        ("processor_mhz_limit", Optional(misc.Power?.MhzLimit)),
        ("processor_max_idle_state", Optional(misc.Power?.MaxIdleState)),
        ("processor_current_idle_state", Optional(misc.Power?.CurrentIdleState)),
        ("process_integrity_level", Optional(misc.IntegrityLevel)),
        ("protected_process", Optional(misc.ProtectedProcess)),
        ("time_zone_id", Optional(misc.TimeZone?.Id)),
        ("build_string", misc.BuildString ?? "(invalid)"),
        ("dbg_bld_str", misc.DebugBuildString ?? "(invalid)"),
        ("process_cookie", Optional(misc.ProcessCookie)));

    static object Optional(uint? value) => value is { } number ? number : "(invalid)";

    static Structure Describe(CrashpadInfo info) => Structured(
        "MDRawCrashpadInfo",
        [
            ("version", info.Version),
            ("report_id", info.ReportId),
            ("client_id", info.ClientId),
            .. info.SimpleAnnotations.Select(one => ($"simple_annotations[\"{one.Key}\"]", (object?)one.Value)),
            .. info.Modules.SelectMany((module, i) => module.ListAnnotations.Select(
                (text, j) => ($"module_list[{i}].list_annotations[{j}]", (object?)text))),
            .. info.Modules.SelectMany((module, i) => module.Objects.Where(one => one.Text is not null).Select(
                one => ($"module_list[{i}].annotation_objects[\"{one.Name}\"]", (object?)one.Text))),
        ]);

    static Structure Structured(string name, params (string Field, object? Value)[] fields) => new(
        name,
        fields.ToDictionary(field => field.Field,
            field => Convert.ToString(field.Value, CultureInfo.InvariantCulture)!));
}
