using System.Text;
using Socorro.Fields;

namespace Socorro.Tests.Fields;

public sealed class FieldSetTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("socorro-fields-");

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Whoever makes a field public changes this file too, and somebody sees it.</summary>
    [Fact]
    public void These_fields_are_protected() =>
        Assert.Equal(
            """
            breadcrumbs client_id collector_metadata collector_notes dumper_error expected_minidumps
            glean_client_id gmp_library_path has_guard_page_access java_exception_raw java_stack_trace_raw js_stack_trace_raw mac_boot_args mdsw_return_code mdsw_stderr
            memory_report memory_report_error module_signature_info moz_crash_reason_raw phc_alloc_stack
            phc_base_address phc_free_stack phc_kind phc_usable_size remote_type signature_debug soft_errors
            submitted_from_infobar telemetry_environment url user_comments
            """.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries),
            FieldSet.Default.All.Where(field => !field.IsPublic).Select(field => field.Name).Order());

    [Fact]
    public void What_clients_of_all_kinds_send_is_declared() =>
        Assert.All(
            """
            ProductName Version BuildID ReleaseChannel Vendor ProductID ApplicationBuildID DistributionID useragent_locale CrashTime
            StartupTime InstallTime UptimeTS SecondsSinceLastCrash StartupCrash SafeMode Throttleable SubmittedFrom ProcessType RemoteType
            BackgroundTaskName Comments URL Notes MozCrashReason AbortMessage AsyncShutdownTimeout ShutdownProgress ShutdownReason
            QuotaManagerShutdownTimeout XPCOMSpinEventLoopStack Hang ipc_channel_error IPCMessageName IPCMessageSize IPCSystemError
            OOMAllocationSize JSLargeAllocationFailure IsGarbageCollecting AvailablePageFile AvailablePhysicalMemory
            AvailableVirtualMemory TotalPhysicalMemory TotalPageFile TotalVirtualMemory SystemMemoryUsePercentage CPUMicrocodeVersion
            CPUArchitecture CPUInfo OS OSVersion LinuxLSBDescription AdapterVendorID AdapterDeviceID AdapterSubsysID
            AdapterDriverVersion GraphicsCriticalError Android_Model Android_Manufacturer Android_Brand Android_Board Android_Device
            Android_Hardware Android_Display Android_Fingerprint Android_Version Android_CPU_ABI Android_CPU_ABI2 Android_PackageName
            JavaStackTrace JavaException Breadcrumbs Add-ons TelemetryEnvironment ModuleSignatureInfo additional_minidumps DumperError
            WindowsErrorReporting PHCKind PHCBaseAddress PHCUsableSize PHCAllocStack PHCFreeStack AppInitDLLs Winsock_LSP GleanClientId
            MacMemoryPressure MacMemoryPressureNormalTime MacMemoryPressureWarningTime MacMemoryPressureCriticalTime
            MacMemoryPressureSysctl MacAvailableMemorySysctl prod product ver version guid ptype channel plat platform
            """.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries),
            name => Assert.True(FieldSet.Default.DeclaresAnnotation(name), $"no field is made from {name}"));

    [Theory]
    [InlineData("ProductName", true)]
    [InlineData("Comments", false)]
    [InlineData("MozCrashReason", false)]
    [InlineData("SecretOfSomebody", false)]
    public void An_annotation_is_public_when_it_is_declared_and_feeds_nothing_protected(string annotation, bool isPublic) =>
        Assert.Equal(isPublic, FieldSet.Default.IsPublicAnnotation(annotation));

    [Fact]
    public void Finds_a_field_by_its_name_or_its_beginning()
    {
        Assert.Equal("product", FieldSet.Default.Find("product")?.Name);
        Assert.Equal("upload_file_minidump_*", FieldSet.Default.Find("upload_file_minidump_browser")?.Name);
        Assert.Null(FieldSet.Default.Find("nothing_like_it"));
    }

    [Fact]
    public void An_operator_adds_a_field()
    {
        var file = Write(
            """
            [
              // Levels of the game.
              { "name": "level", "type": "integer", "public": true, "annotations": ["Level"], "default": 1,
                "search": "integer", "show": "Game/Level", "about": "The level that was played." },
            ]
            """);

        // Editors of Windows put a mark before a text.
        File.WriteAllText(file, File.ReadAllText(file), new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        var field = FieldSet.Load([file]).Find("level");

        Assert.NotNull(field);
        Assert.Equal(new FieldPlace("Game", "Level"), field.Place);
        Assert.Equal(new FieldSearch("level", SearchType.Integer, SearchSplit.Whole), field.Search);
        Assert.Equal(["Level"], field.Annotations);
        Assert.Equal(1, field.Default!.GetValue<int>());
    }

    [Fact]
    public void Names_every_mistake_of_every_file_at_once()
    {
        var rows = Write(
            """
            [
              { "name": "product", "type": "string", "public": true, "annotations": ["X"], "about": "Again." },
              { "name": "a b", "type": "text", "annotations": ["Y"], "about": " " },
              { "name": "c", "type": "integer", "public": true, "annotations": ["C"], "report": "pid", "about": "c" },
              { "name": "d", "type": "integer", "public": true, "annotations": ["D"], "default": "1", "about": "d" },
              { "name": "e", "type": "string", "public": true, "annotations": ["Comments"], "about": "e" },
              { "name": "f", "typ": "string" },
              { "name": "g", "type": 7 },
              { "name": "h", "type": "string", "public": true, "annotations": ["H"], "search": "enum",
                "search_name": "date", "show": "Nowhere", "about": "h" },
              null,
              { "name": "upload_file_minidump_gpu", "type": "object", "public": true, "annotations": ["I"], "about": "i" },
              { "name": "j", "type": "object", "public": true, "annotations": ["J", null, " "], "public_parts": ["a..b"], "about": "j" },
              { "name": "k", "type": "string", "public": true, "annotations": "K", "about": "k" },
              7
            ]
            """);
        var broken = Write("[\n{ \"name\": \n");
        var missing = Path.Combine(_folder.FullName, "missing.json");

        var errors = Assert.Throws<FieldsException>(() => FieldSet.Load([rows, broken, missing])).Errors;

        Assert.Equal(
            [
                $"{rows}, row 1 (product): is declared already in built-in fields.json",
                $"{rows}, row 2 (a b): name must be letters, digits and underscores, and begin with a letter",
                $"{rows}, row 2 (a b): public must be true or false",
                $"{rows}, row 2 (a b): about must say what it means",
                $"{rows}, row 2 (a b): type 'text' is none of string, integer, number, boolean, object, list, document",
                $"{rows}, row 3 (c): must say where it comes from: annotations, report, from, or rule",
                $"{rows}, row 4 (d): default is not of its type",
                $"{rows}, row 5 (e): annotation Comments feeds user_comments, which is protected",
                $"{rows}, row 6: has no use for 'typ'",
                $"{rows}, row 7: type must be a text",
                $"{rows}, row 8 (h): search_name 'date' is taken",
                $"{rows}, row 8 (h): show must be a group and a label with / between",
                $"{rows}, row 9: is null",
                $"{rows}, row 10 (upload_file_minidump_gpu): is one of upload_file_minidump_*, which is declared in built-in fields.json",
                $"{rows}, row 11 (j): annotations has one without a name",
                $"{rows}, row 11 (j): public_parts are members with dots between, such as a.b",
                $"{rows}, row 12: annotations must be a list of texts",
                $"{rows}, row 13: is no object",
                $"{broken}, line 3: is not JSON",
            ],
            errors.SkipLast(1));
        Assert.StartsWith($"{missing} can't be read", errors[^1]);
    }

    string Write(string text)
    {
        var path = Path.Combine(_folder.FullName, $"{Guid.NewGuid():N}.json");
        File.WriteAllText(path, text);
        return path;
    }
}
