/** How far something is, drawn and said. */
export function Progress(props: { label: string; part: number }) {
  const percent = () => Math.round(props.part * 100)
  return (
    <div
      class="transfer-progress"
      role="progressbar"
      aria-label={props.label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent()}
    >
      <span style={{ 'inline-size': `${percent()}%` }} />
    </div>
  )
}
