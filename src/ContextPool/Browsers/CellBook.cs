using ContextPool.Diagnostics;

namespace ContextPool.Browsers;

/// <summary>The cells that run and what is in them. One lock guards it all; nothing is awaited under it.</summary>
internal sealed class CellBook(int maxContextsPerCell)
{
    private readonly Lock _gate = new();
    private readonly List<BrowserCell> _cells = [];
    private bool _closed;

    public int Count
    {
        get
        {
            lock (_gate)
                return _cells.Count;
        }
    }

    public IReadOnlyList<BrowserCell> Cells
    {
        get
        {
            lock (_gate)
                return [.. _cells];
        }
    }

    public IReadOnlyList<CellSnapshot> Snapshot()
    {
        lock (_gate)
            return [.. _cells.Select(cell => cell.Snapshot())];
    }

    /// <summary>Takes room for one context in the fullest cell that has some: so that the others run empty, and can go.</summary>
    public BrowserCell? TryReserve()
    {
        lock (_gate)
        {
            BrowserCell? best = null;
            foreach (var cell in _cells)
            {
                if (cell.State == CellState.Serving && cell.Contexts < maxContextsPerCell && (best is null || cell.Contexts > best.Contexts))
                    best = cell;
            }

            if (best is not null)
            {
                best.Contexts++;
                best.Served++;
            }

            return best;
        }
    }

    /// <summary>Adds a cell that has just started; false when the book is closed.</summary>
    public bool TryAdd(BrowserCell cell)
    {
        lock (_gate)
        {
            if (_closed)
                return false;

            _cells.Add(cell);
            return true;
        }
    }

    /// <summary>Adds a cell that has just started with room for the one context it was started for; false when the book is closed.</summary>
    public bool TryAddAlone(BrowserCell cell)
    {
        lock (_gate)
        {
            if (_closed)
                return false;

            // Retiring from the start: it takes no other context and goes with the last one, which is its first.
            cell.IsAlone = true;
            cell.State = CellState.Retiring;
            cell.Contexts = cell.Served = 1;
            _cells.Add(cell);
            return true;
        }
    }

    /// <summary>A context is being closed: its room can be taken by another.</summary>
    public void BeginClosing(BrowserCell cell)
    {
        lock (_gate)
        {
            cell.Contexts--;
            cell.Closing++;
        }
    }

    /// <summary>A context is gone.</summary>
    /// <returns>True when it was the last one in a retiring cell, which is now out of the book: close it.</returns>
    public bool EndClosing(BrowserCell cell)
    {
        lock (_gate)
        {
            cell.Closing--;
            return TakeOutWhenEmptyUnsynchronized(cell);
        }
    }

    /// <summary>Lets a cell take no more contexts.</summary>
    /// <returns>True when it is empty and now out of the book: close it.</returns>
    public bool Retire(BrowserCell cell)
    {
        lock (_gate)
        {
            if (cell.State == CellState.Serving)
                cell.State = CellState.Retiring;
            return TakeOutWhenEmptyUnsynchronized(cell);
        }
    }

    /// <summary>Takes a cell out because its browser is gone; false when it was out before.</summary>
    public bool TryTakeOutDead(BrowserCell cell)
    {
        lock (_gate)
        {
            if (!_cells.Remove(cell))
                return false;

            cell.State = CellState.Dead;
            return true;
        }
    }

    /// <summary>Takes no more cells.</summary>
    /// <returns>Those there were.</returns>
    public IReadOnlyList<BrowserCell> Close()
    {
        lock (_gate)
        {
            _closed = true;
            BrowserCell[] cells = [.. _cells];
            _cells.Clear();
            return cells;
        }
    }

    private bool TakeOutWhenEmptyUnsynchronized(BrowserCell cell) =>
        cell.State == CellState.Retiring && cell.Contexts + cell.Closing == 0 && _cells.Remove(cell);
}
