using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Streams;

namespace Socorro.Minidumps.Unwinding;

/// <summary>An argument of a call, guessed from the function's name and the stack.</summary>
/// <param name="Type">As the function's name spells it, or "this".</param>
/// <param name="Value">Null where the word is not in the dump or belongs to another frame.</param>
public sealed record RecoveredArgument(string Type, ulong? Value);

/// <summary>
/// Guesses the arguments of calls on 32-bit x86: one word each, above the return address, as many as the function's name lists.
/// Optimised code may have put other things there since, and a static member function has no "this".
/// </summary>
public static class ArgumentRecovery
{
    const int MaxArguments = 64;
    const ulong Word = 4;
    const int Ecx = 7;

    /// <summary>The arguments of the function of a frame; empty where its name lists none.</summary>
    /// <param name="frame">Index into the stack.</param>
    public static IReadOnlyList<RecoveredArgument> Find(Minidump dump, CallStack stack, int frame)
    {
        if (dump.Cpu != CpuKind.X86 || frame + 1 >= stack.Frames.Count || stack.Frames[frame].Location.Function is not { } function)
            return [];
        if (ListTypes(function) is not { } types)
            return [];

        var arguments = new List<RecoveredArgument>();
        var isMember = function.AsSpan()[..function.LastIndexOf('(')].Contains("::", StringComparison.Ordinal);
        if (isMember && dump.Os == OsKind.Windows)
            arguments.Add(new("this", stack.GetRegisters(frame).TryGet(Ecx, out var value) ? value : null));
        else if (isMember)
            types.Insert(0, "this");

        var cpu = CpuTraits.Find(CpuKind.X86)!; // it is in the table
        var at = stack.GetRegisters(frame + 1)[cpu.Sp];
        var end = frame + 2 < stack.Frames.Count ? stack.GetRegisters(frame + 2)[cpu.Sp] : ulong.MaxValue;
        foreach (var type in types)
        {
            var isRead = at + Word <= end & dump.Memory.TryReadInteger(at, (int)Word, out var word);
            arguments.Add(new(type, isRead ? word : null));
            at += Word;
        }

        return arguments;
    }

    /// <summary>The types in the last pair of parentheses of a function's name; null when there is none.</summary>
    internal static List<string>? ListTypes(string function)
    {
        if (FindList(function) is not { } list)
            return null;

        var types = new List<string>();
        var depth = 0;
        var start = 0;
        for (var i = 0; i <= list.Length && types.Count < MaxArguments; i++)
        {
            if (i < list.Length && (list[i] != ',' || depth > 0))
            {
                depth = Math.Max(0, depth + list[i] switch { '<' or '(' or '[' => 1, '>' or ')' or ']' => -1, _ => 0 });
                continue;
            }

            if (list[start..i].Trim() is { Length: > 0 } type && type != "void")
                types.Add(type);
            start = i + 1;
        }

        return types;
    }

    static string? FindList(string function)
    {
        var end = function.LastIndexOf(')');
        var depth = 0;
        for (var i = end; i >= 0; i--)
        {
            depth += function[i] switch { ')' => 1, '(' => -1, _ => 0 };
            if (depth == 0)
                return function[(i + 1)..end];
        }

        return null;
    }
}
