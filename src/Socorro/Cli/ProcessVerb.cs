using System.Collections.Frozen;
using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using Socorro.Crashes;
using Socorro.Processing;
using Socorro.Storage;

namespace Socorro.Cli;

/// <summary>Processes one crash without a server, prints what comes of it and stores nothing.</summary>
static class ProcessVerb
{
    static readonly JsonSerializerOptions Pretty = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static Command Create()
    {
        var crash = new Argument<string>("CRASH")
        {
            Description = "A crash id or report address; or a folder with annotations.json and files named as parts, such as upload_file_minidump.dmp",
        };
        var explain = new Option<bool>("--explain") { Description = "Show what each rule used and wrote in place of the document" };
        var command = new Command("process", "Process one crash and print what comes of it; nothing is stored") { crash, explain };
        var settings = new SettingOptions();
        settings.AddTo(command);
        command.SetAction((parsed, cancel) => RunAsync(
            settings.Resolve(parsed).Options, parsed.GetValue(crash)!, parsed.GetValue(explain), cancel));
        return command;
    }

    static async Task RunAsync(Options options, string crash, bool explain, CancellationToken cancel)
    {
        var result = Directory.Exists(crash)
            ? await ProcessFolderAsync(options, crash, cancel)
            : await ProcessStoredAsync(options, crash, cancel);

        if (explain)
            RuleExplanation.Write(result, Console.Out);
        else
            Console.WriteLine(JsonSerializer.Serialize(JsonElement.Parse(result.Crash.Json.Span), Pretty));
    }

    static async Task<ProcessingResult> ProcessStoredAsync(Options options, string text, CancellationToken cancel)
    {
        if (!CrashReference.TryParse(text, out var id))
            throw new VerbFailedException($"'{text}' is neither a crash id nor a folder", exitCode: 2);

        await using var app = await App.BuildAsync(options, cancel);
        var store = app.Services.GetRequiredService<CrashStore>();
        var raw = await store.FindRawAsync(id, cancel)
            ?? throw new VerbFailedException($"crash {id} is not in {Path.GetFullPath(options.Data)}. --data takes another folder.");
        var previous = await store.FindProcessedAsync(id, cancel);
        return await app.Services.GetRequiredService<CrashProcessor>().MakeAsync(raw, previous, why: null, cancel);
    }

    /// <summary>The folder's crash goes into a store of its own, which is gone afterwards.</summary>
    static async Task<ProcessingResult> ProcessFolderAsync(Options options, string folder, CancellationToken cancel)
    {
        var data = Directory.CreateTempSubdirectory("socorro-process-");
        try
        {
            await using var app = await App.BuildAsync(options with { Data = data.FullName, Store = "" }, cancel);
            var raw = await StoreAsync(app.Services.GetRequiredService<CrashStore>(), folder, cancel);
            return await app.Services.GetRequiredService<CrashProcessor>().MakeAsync(raw, previous: null, why: null, cancel);
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    static async Task<RawCrash> StoreAsync(CrashStore store, string folder, CancellationToken cancel)
    {
        // All of them live until they are stored: each gives its memory to the next when it is disposed.
        var compressors = new List<DumpCompressor>();
        try
        {
            return await StoreAsync(store, folder, compressors, cancel);
        }
        finally
        {
            compressors.ForEach(compressor => compressor.Dispose());
        }
    }

    static async Task<RawCrash> StoreAsync(
        CrashStore store, string folder, List<DumpCompressor> compressors, CancellationToken cancel)
    {
        var contents = new List<DumpContent>();
        var dumps = new List<DumpEntry>();
        var annotations = Path.Combine(folder, "annotations.json");
        var parts = Directory.EnumerateFiles(folder).Where(file => Path.GetExtension(file) is ".dmp" or "").Order().ToList();
        if (parts.Count == 0 && !File.Exists(annotations))
            throw new VerbFailedException($"{folder} has neither annotations.json nor files such as upload_file_minidump.dmp", exitCode: 2);

        foreach (var file in parts)
        {
            var compressor = new DumpCompressor();
            compressors.Add(compressor);
            compressor.Append(await File.ReadAllBytesAsync(file, cancel));
            contents.Add(compressor.Finish());
            dumps.Add(compressor.Describe(Path.GetFileNameWithoutExtension(file), Path.GetFileName(file)));
        }

        var now = DateTimeOffset.UtcNow;
        var raw = new RawCrash
        {
            Id = CrashId.Create(now),
            SubmittedAt = now,
            Annotations = await ReadAnnotationsAsync(annotations, cancel),
            Dumps = dumps,
            Metadata = new() { Payload = "json", IsCompressed = false, PayloadSize = dumps.Sum(dump => dump.Length) },
        };
        await store.PutRawAsync(raw, contents, cancel);
        return raw;
    }

    static async Task<FrozenDictionary<string, string>> ReadAnnotationsAsync(string file, CancellationToken cancel)
    {
        if (!File.Exists(file))
            return FrozenDictionary<string, string>.Empty;

        try
        {
            var annotations = JsonElement.Parse(await File.ReadAllBytesAsync(file, cancel));
            return annotations.EnumerateObject().ToFrozenDictionary(
                member => member.Name,
                member => member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : member.Value.GetRawText());
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new VerbFailedException($"{file} is not a JSON object of annotations", cause: e);
        }
    }
}
