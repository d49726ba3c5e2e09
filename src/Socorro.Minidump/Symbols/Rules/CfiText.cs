using System.Globalization;
using System.Text;
using Socorro.Minidumps.Symbols.Tables;

namespace Socorro.Minidumps.Symbols.Rules;

/// <summary>Writes unwind byte code as the text it came from, for diagnostics.</summary>
static class CfiText
{
    public static string Render(ReadOnlySpan<byte> program, IReadOnlyList<string> names)
    {
        var text = new StringBuilder();
        var reader = new VariableReader(program);
        while (reader.TryRead(out var target) && reader.TryReadByte(out var form))
        {
            if (text.Length > 0)
                text.Append(' ');
            text.Append(NameOf(target, names)).Append(':');
            RenderExpression((CfiForm)form, ref reader, names, text);
        }

        return text.ToString();
    }

    static void RenderExpression(
        CfiForm form, ref VariableReader reader, IReadOnlyList<string> names, StringBuilder text)
    {
        switch (form)
        {
            case CfiForm.RegisterPlus when reader.TryRead(out var name):
                text.Append(' ').Append(NameOf(name, names));
                RenderOffset(ref reader, text);
                break;
            case CfiForm.CfaPlus:
                text.Append(" .cfa");
                RenderOffset(ref reader, text);
                break;
            case CfiForm.LoadCfaPlus:
                text.Append(" .cfa");
                RenderOffset(ref reader, text);
                text.Append(" ^");
                break;
            case CfiForm.General when reader.TryRead(out var length) && reader.TryTake(length, out var operations):
                RenderOperations(new(operations), names, text);
                break;
            default:
                text.Append(form == CfiForm.Undefined ? " .undef" : " ?");
                break;
        }
    }

    static void RenderOffset(ref VariableReader reader, StringBuilder text)
    {
        if (reader.TryReadSigned(out var offset) && offset != 0)
            text.Append(CultureInfo.InvariantCulture, $" {offset} +");
    }

    static void RenderOperations(VariableReader reader, IReadOnlyList<string> names, StringBuilder text)
    {
        while (reader.TryReadByte(out var operation))
        {
            text.Append(' ');
            switch ((CfiOperation)operation)
            {
                case CfiOperation.Push when reader.TryReadSigned(out var number):
                    text.Append(number);
                    break;
                case CfiOperation.Register when reader.TryRead(out var name):
                    text.Append(NameOf(name, names));
                    break;
                case CfiOperation.Cfa:
                    text.Append(".cfa");
                    break;
                default:
                    text.Append(operation - (int)CfiOperation.Add is var index and >= 0 and < 7 ? "+-*/%@^"[index] : '?');
                    break;
            }
        }
    }

    static string NameOf(ulong index, IReadOnlyList<string> names) =>
        index < (ulong)names.Count ? names[(int)index] : $"?{index}";
}
