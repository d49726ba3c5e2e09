using System.Globalization;
using System.Text.Json;
using Socorro.Minidumps.Streams;

namespace Socorro.Minidumps.Output;

/// <summary>Writes the handles of a Windows process, what happened to them, and its security tokens.</summary>
sealed class JsonHandles(Minidump dump, Utf8JsonWriter json, AddressText addresses)
{
    /// <summary>Bytes shown of what is known of a handle's object.</summary>
    const int MostBytes = 64;

    public void Write()
    {
        if (dump.HandleOperations is { Count: > 0 } operations)
            json.WriteObjects("handle_operations", operations, WriteOperation);
        if (dump.Handles is [])
            json.WriteNull("handles");
        else
            json.WriteObjects("handles", dump.Handles, WriteHandle);
    }

    public void WriteTokens()
    {
        if (dump.SecurityTokens is not { Count: > 0 } tokens)
            return;

        json.WriteObjects("security_tokens", tokens, token =>
        {
            json.WriteNumber("bytes", token.Bytes.Length);
            json.WriteNumber("handle", token.Handle);
            json.WriteNumber("id", token.Id);
        });
    }

    void WriteHandle(HandleRecord handle)
    {
        json.WriteString("attributes", Hex(handle.Attributes));
        json.WriteString("granted_access", Hex(handle.GrantedAccess));
        json.WriteNumber("handle", handle.Handle);
        json.WriteNumber("handle_count", handle.HandleCount);
        if (handle.ObjectRecords is { Count: > 0 } records)
        {
            json.WriteObjects("object_info", records, record =>
            {
                json.WriteString("bytes", Convert.ToHexStringLower(record.Bytes.Span[..Math.Min(record.Bytes.Length, MostBytes)]));
                json.WriteString("type", record.Word);
            });
        }

        json.WriteString("object_name", handle.ObjectName);
        json.WriteNumber("pointer_count", handle.PointerCount);
        json.WriteString("type_name", handle.TypeName);
    }

    void WriteOperation(HandleOperation operation)
    {
        json.WriteNumber("handle", operation.Handle);
        json.WriteString("operation", operation.Word);
        json.WriteNumber("process_id", operation.ProcessId);
        json.WriteStartArray("return_addresses");
        foreach (var address in operation.ReturnAddresses)
            json.WriteStringValue(addresses.Format(address));
        json.WriteEndArray();
        json.WriteNumber("thread_id", operation.ThreadId);
    }

    static string Hex(uint value) => "0x" + value.ToString("x8", CultureInfo.InvariantCulture);
}
