using System.Globalization;
using System.Text;

namespace Socorro.Minidumps.Symbols;

/// <summary>Writes unwind byte code as the text it came from, for diagnostics.</summary>
static class CfiText
{
    public static string Render(ReadOnlySpan<byte> program, IReadOnlyList<string> names)
    {
        var text = new StringBuilder();
        var position = 0;
        while (ByteCode.TryReadUnsigned(program, ref position, out var target) && position < program.Length)
        {
            if (text.Length > 0)
                text.Append(' ');
            text.Append(NameOf(target, names)).Append(':');
            RenderExpression(program, ref position, names, text);
        }

        return text.ToString();
    }

    static void RenderExpression(
        ReadOnlySpan<byte> program, ref int position, IReadOnlyList<string> names, StringBuilder text)
    {
        var form = (CfiForm)program[position++];
        switch (form)
        {
            case CfiForm.RegisterPlus when ByteCode.TryReadUnsigned(program, ref position, out var name):
                text.Append(' ').Append(NameOf(name, names));
                RenderOffset(program, ref position, text);
                break;
            case CfiForm.CfaPlus:
                text.Append(" .cfa");
                RenderOffset(program, ref position, text);
                break;
            case CfiForm.LoadCfaPlus:
                text.Append(" .cfa");
                RenderOffset(program, ref position, text);
                text.Append(" ^");
                break;
            case CfiForm.General when ByteCode.TryReadUnsigned(program, ref position, out var length)
                && length <= (ulong)(program.Length - position):
                RenderOperations(program.Slice(position, (int)length), names, text);
                position += (int)length;
                break;
            default:
                text.Append(form == CfiForm.Undefined ? " .undef" : " ?");
                break;
        }
    }

    static void RenderOffset(ReadOnlySpan<byte> program, ref int position, StringBuilder text)
    {
        if (ByteCode.TryReadSigned(program, ref position, out var offset) && offset != 0)
            text.Append(CultureInfo.InvariantCulture, $" {offset} +");
    }

    static void RenderOperations(ReadOnlySpan<byte> operations, IReadOnlyList<string> names, StringBuilder text)
    {
        var position = 0;
        while (position < operations.Length)
        {
            var operation = (CfiOperation)operations[position++];
            text.Append(' ');
            if (operation == CfiOperation.Push && ByteCode.TryReadSigned(operations, ref position, out var number))
                text.Append(number);
            else if (operation == CfiOperation.Register && ByteCode.TryReadUnsigned(operations, ref position, out var name))
                text.Append(NameOf(name, names));
            else
                text.Append(operation == CfiOperation.Cfa ? ".cfa" : "+-*/%@^".Substring(operation - CfiOperation.Add, 1));
        }
    }

    static string NameOf(ulong index, IReadOnlyList<string> names) =>
        index < (ulong)names.Count ? names[(int)index] : $"?{index}";
}
