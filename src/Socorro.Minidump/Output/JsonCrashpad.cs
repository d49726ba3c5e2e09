using System.Text.Json;
using Socorro.Minidumps.Streams;

namespace Socorro.Minidumps.Output;

/// <summary>Writes what Crashpad's client said, merged and as it stands.</summary>
sealed class JsonCrashpad(Minidump dump, Utf8JsonWriter json, AddressText addresses)
{
    /// <summary>Bytes shown of a value that is no text.</summary>
    const int MostBytes = 256;

    public void WriteAnnotations()
    {
        if (dump.CrashpadInfo is not null)
            WriteDictionary("annotations", dump.Annotations.OrderBy(pair => pair.Key, StringComparer.Ordinal));
    }

    public void WriteInfo()
    {
        if (dump.CrashpadInfo is not { } crashpad)
            return;

        json.WriteStartObject("crashpad_info");
        if (crashpad.AddressMask == 0)
            json.WriteNull("address_mask");
        else
            json.WriteString("address_mask", addresses.Format(crashpad.AddressMask));
        json.WriteString("client_id", crashpad.ClientId);
        json.WriteObjects("module_list", crashpad.Modules, WriteModule);
        json.WriteString("report_id", crashpad.ReportId);
        WriteDictionary("simple_annotations", crashpad.SimpleAnnotations);
        json.WriteNumber("version", crashpad.Version);
        json.WriteEndObject();
    }

    void WriteModule(CrashpadModule module)
    {
        json.WriteObjects("annotation_objects", module.Objects, WriteObject);
        json.WriteStartArray("list_annotations");
        foreach (var text in module.ListAnnotations)
            json.WriteStringValue(text);
        json.WriteEndArray();
        json.WriteString("module", module.ModuleIndex < (uint)dump.Modules.Count ? dump.Modules[(int)module.ModuleIndex].LeafName : null);
        json.WriteNumber("module_index", module.ModuleIndex);
        WriteDictionary("simple_annotations", module.SimpleAnnotations);
        json.WriteNumber("version", module.Version);
    }

    void WriteObject(CrashpadAnnotation annotation)
    {
        if (annotation is { Text: null, Value.Length: > 0 })
            json.WriteString("bytes", Convert.ToHexStringLower(annotation.Value.Span[..Math.Min(annotation.Value.Length, MostBytes)]));
        json.WriteString("name", annotation.Name);
        json.WriteNumber("type", annotation.Type);
        if (annotation.Text is { } text)
            json.WriteString("value", text);
    }

    void WriteDictionary(string name, IEnumerable<KeyValuePair<string, string>> annotations)
    {
        json.WriteStartObject(name);
        foreach (var (key, value) in annotations.DistinctBy(pair => pair.Key))
            json.WriteString(key, value);
        json.WriteEndObject();
    }
}
