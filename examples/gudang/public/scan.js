// scan.js - barcodes from three sources: a field, a scanner that types, a camera.
import {el, find, icon, message} from './dom.js';
import {t} from './i18n.js';

const FORMATS = ['ean_13', 'ean_8', 'upc_a', 'code_128'];
const BETWEEN_SCANS_MS = 1500; // the same code again counts after it was away this long
const DETECT_EVERY_MS = 120;
const TYPING_GAP_MS = 100;
const CODE_LEAST = 6;

// The field with its camera button. onCode(code) is called once for each scan.
export function scanner(onCode, label) {
    const input = el('input', {id: 'scan', name: 'scan', inputmode: 'numeric', autocomplete: 'off', placeholder: t('scanHint'), maxlength: 32, 'aria-describedby': 'scan-help'});
    const form = el('form', {class: 'scan', onsubmit: (event) => {
        event.preventDefault();
        const code = input.value.trim();
        input.value = '';
        if (code) onCode(code);
        input.focus();
    }}, el('div', {class: 'scan-field'}, icon('barcode'), input), el('button', {type: 'submit'}, label));
    const box = el('div', {}, el('label', {for: 'scan'}, t('scan')), form, el('p', {class: 'soft help', id: 'scan-help'}, t('scanHelp')),
        el('p', {class: 'notice', id: 'scan-problem', role: 'alert', hidden: true}));
    if ('BarcodeDetector' in window && navigator.mediaDevices) box.append(cameraPart(onCode));
    return {box, input};
}

// Why the last scan brought nothing, beneath the field; '' takes it away.
export function scanProblem(text) {
    const line = find('#scan-problem');
    if (!line) return;
    line.textContent = text;
    line.hidden = !text;
}

function cameraPart(onCode) {
    let stream = null;
    const video = el('video', {playsinline: true, muted: true, hidden: true, 'aria-label': t('camera')});
    const text = el('span', {}, t('camera'));
    const button = el('button', {type: 'button', id: 'camera', class: 'quiet', onclick: () => (stream ? close() : open())}, icon('camera'), text);

    function close() {
        stream?.getTracks().forEach((track) => track.stop());
        stream = null;
        video.hidden = true;
        text.textContent = t('camera');
    }
    async function open() {
        try {
            stream = await navigator.mediaDevices.getUserMedia({video: {facingMode: 'environment'}});
            video.srcObject = stream;
            video.hidden = false;
            text.textContent = t('closeCamera');
            await video.play();
            watch();
        } catch (error) {
            close();
            message(t('cameraFailed', {message: error.message}), true);
        }
    }
    async function watch() {
        const detector = new window.BarcodeDetector({formats: FORMATS});
        let last = '', lastAt = 0;
        // Ends with the stream, or when the view is replaced.
        while (stream && video.isConnected) {
            const found = await detector.detect(video).catch(() => []);
            const code = found[0]?.rawValue;
            if (code && (code !== last || performance.now() - lastAt > BETWEEN_SCANS_MS)) onCode(code);
            if (code) {
                last = code;
                lastAt = performance.now();
            }
            await new Promise((done) => setTimeout(done, DETECT_EVERY_MS));
        }
        if (stream) close();
    }
    return el('div', {class: 'camera'}, video, button);
}

// A hand scanner types fast and ends with Enter, wherever the focus is. In text fields its code is
// text; in a field for a number nobody types that fast, so there it is a scan, and the number stays.
export function listenForScanner(onCode) {
    let typed = '', lastAt = 0, before = '';
    document.addEventListener('keydown', (event) => {
        const at = event.target;
        const number = at.matches?.('input[type=number]');
        const text = at.closest?.('dialog') || (at.closest?.('input, select, textarea') && !number);
        if (text || event.ctrlKey || event.metaKey || event.altKey) return;
        if (event.timeStamp - lastAt > TYPING_GAP_MS) {
            typed = '';
            before = number ? at.value : '';
        }
        lastAt = event.timeStamp;
        if (/^[0-9A-Za-z-]$/.test(event.key)) typed += event.key;
        if (event.key !== 'Enter' || typed.length < CODE_LEAST) return;
        event.preventDefault();
        if (number) at.value = before;
        onCode(typed);
        typed = '';
    });
}
