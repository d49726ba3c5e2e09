using System.Globalization;
using Socorro.Minidumps.Format;
using Socorro.Minidumps.Streams;

namespace Socorro.Minidumps.Output.Raw;

/// <summary>The streams that are lists of structures.</summary>
sealed class RawLists(Minidump dump, RawWriter writer)
{
    delegate void WriteMore(Fields entry, int index);

    readonly DumpFile _file = dump.File;
    readonly RawOutput _output = writer.Output;

    Limits Limits => _file.Limits;

    /// <summary>False for streams that are none of these lists.</summary>
    public bool TryWrite(StreamType type)
    {
        switch (type)
        {
            case StreamType.ThreadListStream:
                Write("MinidumpThreadList", "thread", "MINIDUMP_THREAD", EntryList.ReadPlain(_file, type, 48, Limits.MaxThreads), AddThread);
                return true;
            case StreamType.ThreadExListStream:
                Write("MinidumpThreadExList", "thread", "MINIDUMP_THREAD", EntryList.ReadPlain(_file, type, 64, Limits.MaxThreads), AddThreadEx);
                return true;
            case StreamType.ModuleListStream:
                Write("MinidumpModuleList", "module", "MINIDUMP_MODULE", EntryList.ReadPlain(_file, type, 108, Limits.MaxModules), AddModule);
                return true;
            case StreamType.UnloadedModuleListStream:
                Write("MinidumpUnloadedModuleList", "module", "MINIDUMP_UNLOADED_MODULE", EntryList.ReadExtended(_file, type, 4, 24, Limits.MaxModules), AddUnloaded);
                return true;
            case StreamType.MemoryListStream:
                Write("MinidumpMemoryList", "region", "MINIDUMP_MEMORY_DESCRIPTOR", EntryList.ReadPlain(_file, type, 16, Limits.MaxMemoryRegions), AddMemory);
                return true;
            case StreamType.Memory64ListStream:
                WriteMemory64(type);
                return true;
            case StreamType.MemoryInfoListStream:
                Write("MinidumpMemoryInfoList", "region", "MINIDUMP_MEMORY_INFO", EntryList.ReadExtended(_file, type, 8, 48, Limits.MaxMemoryRegions));
                return true;
            case StreamType.ThreadInfoListStream:
                Write("MinidumpThreadInfoList", "thread_info", "MINIDUMP_THREAD_INFO", EntryList.ReadExtended(_file, type, 4, 64, Limits.MaxThreads));
                return true;
            case StreamType.ThreadNamesStream:
                WriteThreadNames(type);
                return true;
            case StreamType.HandleDataStream:
                Write("MinidumpHandleDataStream", "handle", "MINIDUMP_HANDLE_DESCRIPTOR", EntryList.ReadExtended(_file, type, 4, 32, Limits.MaxListEntries), AddHandle);
                return true;
            case StreamType.HandleOperationListStream:
                Write("MinidumpHandleOperationList", "operation", "AVRF_HANDLE_OPERATION", EntryList.ReadExtended(_file, type, 4, 20, Limits.MaxListEntries), AddTrace);
                return true;
            case StreamType.TokenStream:
                WriteTokens(type);
                return true;
            case StreamType.FunctionTable:
                WriteFunctionTables(type);
                return true;
            default:
                return false;
        }
    }

    void Write(string name, string entry, string structure, EntryList list, WriteMore? more = null)
    {
        _output.Begin("", name);
        _output.Field($"{entry.Replace("_info", "", StringComparison.Ordinal)}_count", HumanText.Number((ulong)list.Count));
        for (var i = 0; i < list.Count; i++)
        {
            writer.Begin($"{entry}[{i}]", structure, list[i]);
            more?.Invoke(list[i], i);
        }
    }

    void AddThread(Fields entry, int index)
    {
        writer.WriteContext(entry.Location(40));
        writer.Memory(entry.UInt64(24), entry.Location(32));
    }

    void AddThreadEx(Fields entry, int index)
    {
        writer.Write("MINIDUMP_THREAD_EX", entry);
        AddThread(entry, index);
    }

    void AddMemory(Fields entry, int index) => writer.Memory(entry.UInt64(0), entry.Location(8));

    void AddModule(Fields entry, int index)
    {
        if (index >= dump.Modules.Count)
            return;

        var module = dump.Modules[index];
        _output.Field("(code_file)", Quote(module.Name));
        _output.Field("(code_identifier)", Quote(module.CodeId ?? ""));
        AddDebugRecord(entry.Location(76), module.CodeView);
        if (entry.UInt32(84) == 0)
            _output.Field("(misc_record)", "(null)");
        _output.Field("(debug_file)", Quote(module.DebugFile));
        _output.Field("(debug_identifier)", Quote(Dashed(module)));
        _output.Field("(version)", Quote(module.VersionText ?? ""));
    }

    void AddDebugRecord(Location location, CodeView record)
    {
        if (location.Size == 0 || !_file.TryFields(location, out var bytes) || bytes.Length < 4)
        {
            _output.Field("(cv_record)", "(null)");
            return;
        }

        var signature = HumanText.Hex(bytes.UInt32(0));
        switch (record.Kind)
        {
            case CodeViewKind.Pdb70:
                _output.Field("(cv_record).cv_signature", signature);
                _output.Field("(cv_record).signature", record.Guid.ToString());
                _output.Field("(cv_record).age", HumanText.Number(record.Age));
                _output.Field("(cv_record).pdb_file_name", Quote(record.Path));
                break;
            case CodeViewKind.Pdb20:
                _output.Field("(cv_record).cv_header.signature", signature);
                _output.Field("(cv_record).cv_header.offset", HumanText.Hex(bytes.UInt32(4)));
                _output.Field("(cv_record).signature", $"{HumanText.Hex(record.Signature)} {StructureLayout.Time(record.Signature)}");
                _output.Field("(cv_record).age", HumanText.Number(record.Age));
                _output.Field("(cv_record).pdb_file_name", Quote(record.Path));
                break;
            case CodeViewKind.Elf:
                _output.Field("(cv_record).cv_signature", signature);
                _output.Field("(cv_record).build_id", Convert.ToHexStringLower(record.BuildId.Span));
                break;
            default:
                _output.Field("(cv_record).cv_signature", signature);
                break;
        }
    }

    void AddUnloaded(Fields entry, int index)
    {
        if (index >= dump.UnloadedModules.Count)
            return;

        _output.Field("(code_file)", Quote(dump.UnloadedModules[index].Name));
        _output.Field("(code_identifier)", Quote(dump.UnloadedModules[index].CodeId));
    }

    void AddHandle(Fields entry, int index)
    {
        if (index >= dump.Handles.Count)
            return;

        var handle = dump.Handles[index];
        _output.Field("object_info_rva", entry.Has(32, 4) ? HumanText.Hex(entry.UInt32(32)) : "(invalid)");
        _output.Field("(type_name)", handle.TypeName ?? "(null)");
        _output.Field("(object_name)", handle.ObjectName ?? "(null)");
        _output.Field("(object_info)", handle.ObjectRecords is [] ? "(null)" : string.Join(", ", handle.ObjectRecords.Select(Show)));
    }

    static string Show(HandleObjectRecord record) => string.Create(
        CultureInfo.InvariantCulture,
        $"{record.Type}: {Convert.ToHexStringLower(record.Bytes.Span[..Math.Min(record.Bytes.Length, 64)])}");

    void AddTrace(Fields entry, int index)
    {
        for (var i = 0; index < dump.HandleOperations.Count && i < dump.HandleOperations[index].ReturnAddresses.Count; i++)
            _output.Field($"back_trace[{i,2}]", HumanText.Hex(dump.HandleOperations[index].ReturnAddresses[i]));
    }

    // The contents of all regions follow each other from one place in the file.
    void WriteMemory64(StreamType type)
    {
        const int header = 16;
        if (!_file.TryFindStream(type, header, out Fields stream))
            return;

        var rva = stream.UInt64(8);
        var list = EntryList.ReadBehind(_file, type, stream, header, stream.UInt64(0), 16, Limits.MaxMemoryRegions);
        Write("MinidumpMemory64List", "region", "MINIDUMP_MEMORY_DESCRIPTOR64", list, (entry, _) =>
        {
            var size = entry.UInt64(8);
            if (_file.TrySliceUpTo(rva, size, out var bytes))
                writer.Memory(entry.UInt64(0), new((uint)bytes.Length, rva));
            rva += size;
        });
    }

    void WriteThreadNames(StreamType type)
    {
        var list = EntryList.ReadPlain(_file, type, 12, Limits.MaxThreads);
        _output.Begin("", "MinidumpThreadNames");
        _output.Field("thread_count", HumanText.Number((ulong)list.Count));
        for (var i = 0; i < list.Count; i++)
        {
            _output.Begin($"thread_name[{i}]", "MINIDUMP_THREAD_NAME");
            _output.Field("thread_id", HumanText.Hex(list[i].UInt32(0)));
            _output.Field("name", _file.ReadUtf16(list[i].UInt64(4)) is { } name ? Quote(name) : "(invalid)");
        }
    }

    void WriteTokens(StreamType type)
    {
        if (!_file.TryFindStream(type, 16, out Fields stream))
            return;

        writer.Begin("", "MINIDUMP_TOKEN_LIST", stream);
        foreach (var (index, token) in dump.SecurityTokens.Index())
        {
            _output.Begin($"token[{index}]", "MINIDUMP_TOKEN");
            _output.Field("token_id", HumanText.Number(token.Id));
            _output.Field("token_handle", HumanText.Hex(token.Handle));
            writer.Bytes(token.Bytes.Span, 0);
        }
    }

    void WriteFunctionTables(StreamType type)
    {
        if (!_file.TryFindStream(type, 24, out Fields stream))
            return;

        writer.Begin("", "MINIDUMP_FUNCTION_TABLE", stream);
        for (var i = 0; i < dump.FunctionTables.Count; i++)
        {
            var table = dump.FunctionTables[i];
            _output.Begin($"function_table[{i}]", "MINIDUMP_FUNCTION_TABLE_DESCRIPTOR");
            _output.Field("minimum_address", HumanText.Hex(table.Minimum));
            _output.Field("maximum_address", HumanText.Hex(table.Maximum));
            _output.Field("base_address", HumanText.Hex(table.Base));
            _output.Field("entry_count", HumanText.Number((ulong)(table.Entries.Length / table.EntrySize)));
            writer.Bytes(table.Entries.Span, 0);
        }
    }

    // With dashes, and without an age of 0.
    static string Dashed(Module module)
    {
        const int guid = 32;
        if (module.DebugId is not { } id)
            return Guid.Empty.ToString();
        if (id.Length <= guid)
            return $"{id[..8]}-{id[8..]}";

        var dashed = Guid.ParseExact(id[..guid], "N").ToString();
        return id[guid..] == "0" ? dashed : $"{dashed}-{id[guid..]}";
    }

    static string Quote(string text) => $"\"{text}\"";
}
