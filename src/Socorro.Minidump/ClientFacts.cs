using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace Socorro.Minidumps;

/// <summary>What a client said beside its dump, and the report repeats: annotations of Firefox.</summary>
/// <param name="Certificates">Who signed a module, by the leaf of its file name.</param>
/// <param name="Microcode">The version of the processor's microcode; null when it was not said.</param>
public sealed record ClientFacts(IReadOnlyDictionary<string, string> Certificates, ulong? Microcode)
{
    const string Signatures = "ModuleSignatureInfo";
    const string MicrocodeVersion = "CPUMicrocodeVersion";

    /// <summary>Of a client that said nothing.</summary>
    public static ClientFacts None { get; } = new(FrozenDictionary<string, string>.Empty, null);

    /// <summary>
    /// Reads "ModuleSignatureInfo" ({certificate: [module names]}, or that as text) and "CPUMicrocodeVersion" (hex) out of a
    /// JSON object of annotations. False when it is none; annotations of wrong types are passed over.
    /// </summary>
    public static bool TryRead(ReadOnlyMemory<byte> json, [NotNullWhen(true)] out ClientFacts? facts)
    {
        facts = null;
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return false;

            facts = new(ReadCertificates(document.RootElement), ReadMicrocode(document.RootElement));
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The latter: text that is not UTF-8, or holds half a surrogate pair.
            return false;
        }
    }

    /// <summary>Reads the same out of annotations that are all text, as a client sends them.</summary>
    public static ClientFacts Read(IReadOnlyDictionary<string, string> annotations)
    {
        var certificates = new Dictionary<string, string>();
        if (annotations.TryGetValue(Signatures, out var info))
            ParseCertificates(info, certificates);
        var microcode = annotations.TryGetValue(MicrocodeVersion, out var version) ? ParseMicrocode(version) : null;
        return certificates.Count == 0 && microcode is null ? None : new(certificates, microcode);
    }

    static Dictionary<string, string> ReadCertificates(JsonElement annotations)
    {
        var certificates = new Dictionary<string, string>();
        if (!annotations.TryGetProperty(Signatures, out var info))
            return certificates;

        if (info.ValueKind == JsonValueKind.String)
            ParseCertificates(info.GetString()!, certificates);
        else
            AddCertificates(info, certificates);
        return certificates;
    }

    static void ParseCertificates(string info, Dictionary<string, string> certificates)
    {
        try
        {
            using var text = JsonDocument.Parse(info);
            AddCertificates(text.RootElement, certificates);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            // As good as absent.
        }
    }

    static void AddCertificates(JsonElement info, Dictionary<string, string> certificates)
    {
        if (info.ValueKind != JsonValueKind.Object)
            return;

        foreach (var signer in info.EnumerateObject())
        {
            if (signer.Value.ValueKind != JsonValueKind.Array)
                continue;

            foreach (var module in signer.Value.EnumerateArray())
            {
                if (module.ValueKind == JsonValueKind.String)
                    certificates[module.GetString()!] = signer.Name;
            }
        }
    }

    static ulong? ReadMicrocode(JsonElement annotations) =>
        annotations.TryGetProperty(MicrocodeVersion, out var version) && version.ValueKind == JsonValueKind.String
            ? ParseMicrocode(version.GetString()!)
            : null;

    static ulong? ParseMicrocode(string version) =>
        version is ['0', 'x' or 'X', .. var digits]
        && ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
