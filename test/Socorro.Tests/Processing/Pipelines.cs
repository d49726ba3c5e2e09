using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using System.IO.Compression;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Socorro.Crashes;
using Socorro.Fields;
using Socorro.Processing;
using Socorro.Signatures;

namespace Socorro.Tests.Processing;

/// <summary>Pipelines with all that they need, and crashes to run through them.</summary>
static class Pipelines
{
    /// <summary>With the built-in lists alone.</summary>
    public static readonly SignatureGenerators Signatures = SignatureGenerators.BuiltIn;

    public static readonly Ruleset Default = Ruleset.Default(Signatures);

    public static readonly Ruleset Mozilla = Ruleset.Mozilla(
        Signatures,
        (product, channel, build) => (product, channel, build) == ("Firefox", "beta", "20001001101010") ? "3.0b1" : null);

    public static readonly ProcessingMetrics Metrics = new(new Meter("Socorro.Tests"));

    public static Pipeline Of(Ruleset ruleset) =>
        new(FieldSet.Default, ruleset, Metrics, TimeProvider.System, NullLogger<Pipeline>.Instance);

    public static PipelineChoice Choice => new(Of(Default), FrozenDictionary<string, Pipeline>.Empty);

    public static CrashInput Crash(params (string Name, string Text)[] annotations) =>
        new() { Raw = Raw(annotations.ToDictionary(pair => pair.Name, pair => pair.Text)) };

    public static RawCrash Raw(
        IReadOnlyDictionary<string, string> annotations, DateTimeOffset? submittedAt = null, params DumpEntry[] dumps) =>
        new()
        {
            Id = CrashId.Create(submittedAt ?? DateTimeOffset.UtcNow),
            SubmittedAt = submittedAt ?? DateTimeOffset.UtcNow,
            Annotations = annotations.ToFrozenDictionary(),
            Dumps = dumps,
            Metadata = new() { Payload = "multipart", IsCompressed = false, PayloadSize = 1 },
        };

    /// <summary>A dump that was walked with this report.</summary>
    public static DumpWalk Walked(string report, string name = CrashInput.MainDump) =>
        new() { Name = name, Status = DumpWalk.Ok, Report = JsonElement.Parse(report) };

    /// <summary>The document that rules make.</summary>
    public static JsonElement Process(CrashInput input, Ruleset? ruleset = null) =>
        JsonElement.Parse(Of(ruleset ?? Default).Run(input).Crash.Json.Span);

    public static IReadOnlyList<string> NotesOf(JsonElement document) =>
        document.GetProperty("processor_notes").GetString()!.Split('\n');

    public static byte[] Zip(byte[] bytes)
    {
        using var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionLevel.Fastest))
            gzip.Write(bytes);
        return zipped.ToArray();
    }
}
